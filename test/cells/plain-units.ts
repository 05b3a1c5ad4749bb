import { blend, map, product, relu, sig, sigmoid, sum, tanh, times, valueOf } from './plain-arithmetic.js';
import type { PlainStep, Vector, Weights } from './plain-arithmetic.js';

/** A cell whose one state is its output. */
const unit =
  (step: (w: Weights, x: Vector, y: Vector) => Vector): PlainStep =>
  (w, inputs, state) => {
    const y = step(w, valueOf(inputs, 'x'), valueOf(state, 'y'));
    return { next: { y }, y };
  };

/** A cell whose one state is c. */
const memory =
  (step: (w: Weights, x: Vector, c: Vector) => { readonly c: Vector; readonly y: Vector }): PlainStep =>
  (w, inputs, state) => {
    const { c, y } = step(w, valueOf(inputs, 'x'), valueOf(state, 'c'));
    return { next: { c }, y };
  };

function highway(w: Weights, x: Vector, y: Vector, carry: boolean): number[] {
  let s = [...y];
  for (const layer of [1, 2]) {
    const preactivation = (gate: string): number[] => {
      const recurrent = sum(times(w.matrix(`R_${gate}${layer}`), s), w.vector(`b_${gate}${layer}`));
      return layer === 1 ? sum(times(w.matrix(`W_${gate}`), x), recurrent) : recurrent;
    };
    const h = tanh(preactivation('h'));
    const t = sigmoid(preactivation('t'));
    const c = carry ? sigmoid(preactivation('c')) : map((value) => 1 - value, t);
    s = sum(product(h, t), product(s, c));
  }
  return s;
}

const positive = (a: Vector): number[] => map((value) => (value >= 0 ? value + 0.5 : sig(value)), a);

const minLstm = (activation: (a: Vector) => Vector): PlainStep =>
  unit((w, x, y) => {
    const f = sigmoid(w.ofInput('f', x));
    const i = sigmoid(w.ofInput('i', x));
    const h = activation(w.ofInput('h', x));
    return map(
      (forget, input, before, candidate) => (forget * before + input * candidate) / (forget + input),
      f,
      i,
      y,
      h,
    );
  });

const minGru = (activation: (a: Vector) => Vector): PlainStep =>
  unit((w, x, y) => blend(sigmoid(w.ofInput('u', x)), activation(w.ofInput('h', x)), y));

/** tanh(R_n (r * y) + n) blended with y by z. */
function mutate(w: Weights, z: Vector, r: Vector, y: Vector, fromInput: Vector): number[] {
  const n = tanh(sum(times(w.matrix('R_n'), product(r, y)), fromInput, w.vector('b_n')));
  return blend(z, n, y);
}

const nas: PlainStep = (w, inputs, state) => {
  const [x, y, c] = [valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'c')];
  const a = (k: number): number[] => times(w.matrix(`W_${k}`), x);
  const h = (k: number): number[] => times(w.matrix(`R_${k}`), y);
  const both = (k: number): number[] => sum(a(k), h(k));
  const q0 = tanh(product(sigmoid(both(0)), relu(both(1))));
  const q1 = tanh(sum(sigmoid(both(2)), relu(product(a(3), h(3)))));
  const q2 = tanh(product(tanh(both(4)), sigmoid(both(5))));
  const q3 = sigmoid(sum(tanh(both(6)), sigmoid(both(7))));
  const cNext = product(tanh(sum(q0, c)), q1);
  const yNext = tanh(product(cNext, tanh(sum(q2, q3))));
  return { next: { y: yNext, c: cNext }, y: yNext };
};

/** Cells other than LSTMs, each written once more from its equations. */
export const plainUnits: Readonly<Record<string, PlainStep>> = {
  'rnn-relu': unit((w, x, y) => relu(sum(times(w.matrix('W'), x), times(w.matrix('R'), y), w.vector('b')))),
  mgu: unit((w, x, y) => {
    const f = sigmoid(w.ofBoth('f', x, y));
    return blend(f, tanh(w.ofBoth('n', x, product(f, y))), y);
  }),
  'rhn-depth2': unit((w, x, y) => highway(w, x, y, false)),
  'rhn-depth2-carry': unit((w, x, y) => highway(w, x, y, true)),
  sru: memory((w, x, c) => {
    const f = sigmoid(sum(w.ofInput('f', x), product(w.vector('v_f'), c)));
    const r = sigmoid(sum(w.ofInput('r', x), product(w.vector('v_r'), c)));
    const cNext = blend(f, c, times(w.matrix('W'), x));
    return { c: cNext, y: blend(r, cNext, times(w.matrix('W_s'), x)) };
  }),
  'sru-v1': memory((w, x, c) => {
    const cNext = blend(sigmoid(w.ofInput('f', x)), c, times(w.matrix('W'), x));
    return { c: cNext, y: blend(sigmoid(w.ofInput('r', x)), tanh(cNext), times(w.matrix('W_s'), x)) };
  }),
  minlstm: minLstm((a) => a),
  'minlstm-g': minLstm(positive),
  mingru: minGru((a) => a),
  'mingru-g': minGru(positive),
  indrnn: unit((w, x, y) => relu(sum(times(w.matrix('W'), x), product(w.vector('u'), y), w.vector('b')))),
  'janet-beta1': memory((w, x, c) => {
    const n = tanh(w.ofBoth('n', x, c));
    const cNext = map((s, cell, candidate) => sig(s) * cell + (1 - sig(s - 1)) * candidate, w.ofBoth('f', x, c), c, n);
    return { c: cNext, y: cNext };
  }),
  mut1: unit((w, x, y) =>
    mutate(w, sigmoid(w.ofInput('z', x)), sigmoid(w.ofBoth('r', x, y)), y, tanh(times(w.matrix('W_n'), x))),
  ),
  mut2: unit((w, x, y) =>
    mutate(w, sigmoid(w.ofBoth('z', x, y)), sigmoid(w.ofBoth('r', x, y)), y, times(w.matrix('W_n'), x)),
  ),
  mut3: unit((w, x, y) =>
    mutate(w, sigmoid(w.ofBoth('z', x, tanh(y))), sigmoid(w.ofBoth('r', x, y)), y, times(w.matrix('W_n'), x)),
  ),
  nascell: nas,
};
