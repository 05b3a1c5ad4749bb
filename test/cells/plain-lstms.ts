import { blend, element, inner, map, product, sigmoid, sum, tanh, times, valueOf } from './plain-arithmetic.js';
import type { PlainStep, State, Vector, Weights } from './plain-arithmetic.js';

interface Parts {
  readonly x: Vector;
  readonly y: Vector;
  readonly c: Vector;
}

const parts = (inputs: State, state: State): Parts => ({
  x: valueOf(inputs, 'x'),
  y: valueOf(state, 'y'),
  c: valueOf(state, 'c'),
});
const ended = (y: Vector, c: Vector): ReturnType<PlainStep> => ({ next: { y, c }, y });

/** The step of an LSTM without peepholes, from its input and its previous output. */
function plainLstm(w: Weights, { x, y, c }: Parts): { readonly c: Vector; readonly m: Vector } {
  const z = tanh(w.ofBoth('z', x, y));
  const [i, f, o] = ['i', 'f', 'o'].map((gate) => sigmoid(w.ofBoth(gate, x, y)));
  if (i === undefined || f === undefined || o === undefined) throw new Error('three gates were named');
  const cNext = sum(product(z, i), product(c, f));
  return { c: cNext, m: product(tanh(cNext), o) };
}

/** z * i + c * f of the LSTM with diagonal peepholes. */
function peepholeCell(w: Weights, { x, y, c }: Parts): number[] {
  const z = tanh(w.ofBoth('z', x, y));
  return sum(product(z, w.peepholeGate('i', x, y, c)), product(c, w.peepholeGate('f', x, y, c)));
}

const nfg: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const cNext = sum(product(tanh(w.ofBoth('z', x, y)), w.peepholeGate('i', x, y, c)), c);
  return ended(product(tanh(cNext), w.peepholeGate('o', x, y, cNext)), cNext);
};

const niaf: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const z = w.ofBoth('z', x, y);
  const cNext = sum(product(z, w.peepholeGate('i', x, y, c)), product(c, w.peepholeGate('f', x, y, c)));
  return ended(product(tanh(cNext), w.peepholeGate('o', x, y, cNext)), cNext);
};

const noaf: PlainStep = (w, inputs, state) => {
  const all = parts(inputs, state);
  const cNext = peepholeCell(w, all);
  return ended(product(cNext, w.peepholeGate('o', all.x, all.y, cNext)), cNext);
};

const lstmpPeephole: PlainStep = (w, inputs, state) => {
  const all = parts(inputs, state);
  const cNext = peepholeCell(w, all);
  const m = product(tanh(cNext), w.peepholeGate('o', all.x, all.y, cNext));
  return ended(times(w.matrix('W_p'), m), cNext);
};

function layerNorm(values: Vector, gain: Vector, bias: Vector): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return map((value, g, b) => (g * (value - mean)) / Math.sqrt(variance + 1e-5) + b, values, gain, bias);
}

const layerNormPerGate: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const preactivation = (gate: string): number[] =>
    sum(
      layerNorm(times(w.matrix(`W_${gate}`), x), w.vector(`gx_${gate}`), w.vector(`bx_${gate}`)),
      layerNorm(times(w.matrix(`R_${gate}`), y), w.vector(`gr_${gate}`), w.vector(`br_${gate}`)),
      w.vector(`b_${gate}`),
    );
  const cNext = sum(
    product(tanh(preactivation('z')), sigmoid(preactivation('i'))),
    product(c, sigmoid(preactivation('f'))),
  );
  return ended(product(tanh(layerNorm(cNext, w.vector('g_c'), w.vector('b_c'))), sigmoid(preactivation('o'))), cNext);
};

const clipZoneout =
  (bound: number, zoneoutC: number, zoneoutY: number): PlainStep =>
  (w, inputs, state) => {
    const all = parts(inputs, state);
    const h = map((value) => Math.min(Math.max(value, -bound), bound), peepholeCell(w, all));
    const y = product(tanh(h), w.peepholeGate('o', all.x, all.y, h));
    const keep = (share: number, previous: Vector, value: Vector): number[] =>
      map((a, b) => share * a + (1 - share) * b, previous, value);
    return ended(keep(zoneoutY, all.y, y), keep(zoneoutC, all.c, h));
  };

const phased =
  (alpha: number): PlainStep =>
  (w, inputs, state) => {
    const all = parts(inputs, state);
    const time = element(valueOf(inputs, 'time'), 0);
    const k = map(
      (tau, shift, open) => {
        const periods = (time - shift) / tau;
        const phase = periods - Math.floor(periods);
        if (phase < open / 2) return (2 * phase) / open;
        return phase < open ? 2 - (2 * phase) / open : alpha * phase;
      },
      w.vector('tau'),
      w.vector('shift'),
      w.vector('r_on'),
    );
    const h = peepholeCell(w, all);
    const y = product(tanh(h), w.peepholeGate('o', all.x, all.y, h));
    return ended(blend(k, y, all.y), blend(k, h, all.c));
  };

const mogrifier: PlainStep = (w, inputs, state) => {
  let { x, y } = parts(inputs, state);
  const doubled = (a: Vector): number[] => map((value) => 2 * value, sigmoid(a));
  x = product(doubled(times(w.matrix('Q_1'), y)), x);
  y = product(doubled(times(w.matrix('M_2'), x)), y);
  x = product(doubled(times(w.matrix('Q_3'), y)), x);
  y = product(doubled(times(w.matrix('M_4'), x)), y);
  x = product(doubled(times(w.matrix('Q_5'), y)), x);
  const { c, m } = plainLstm(w, { x, y, c: valueOf(state, 'c') });
  return ended(m, c);
};

const nested: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const gate = (name: string): number[] => sigmoid(w.ofBoth(name, x, y));
  const toInner = product(gate('i'), tanh(w.ofBoth('z', x, y)));
  const previous = product(gate('f'), c);
  const innerGate = (name: string): number[] => sigmoid(w.ofBoth(name, toInner, previous, 'in.'));
  const z = tanh(w.ofBoth('z', toInner, previous, 'in.'));
  const ci = sum(product(innerGate('f'), valueOf(state, 'ci')), product(innerGate('i'), z));
  const cNext = product(innerGate('o'), tanh(ci));
  const yNext = product(gate('o'), tanh(cNext));
  return { next: { y: yNext, c: cNext, ci }, y: yNext };
};

/** Σ_ik W[o, i, k] x[i, n + k - (K-1)/2] by its definition. */
function convolve(w: Weights, name: string, x: Vector): number[] {
  const { shape, data } = w.tensor(name, 3);
  const [channels = 0, inputs = 0, size = 0] = shape;
  const positions = x.length / inputs;
  const out: number[] = [];
  for (let o = 0; o < channels; o++) {
    for (let n = 0; n < positions; n++) {
      let total = 0;
      for (let i = 0; i < inputs; i++) {
        for (let k = 0; k < size; k++) {
          const at = n + k - (size - 1) / 2;
          if (at >= 0 && at < positions)
            total += (data[(o * inputs + i) * size + k] ?? NaN) * element(x, i * positions + at);
        }
      }
      out.push(total);
    }
  }
  return out;
}

const convolutional: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const preactivation = (gate: string): number[] => {
    const bias = w.vector(`b_${gate}`);
    const perPosition = bias.flatMap((value) => Array.from({ length: c.length / bias.length }, () => value));
    return sum(convolve(w, `W_${gate}`, x), convolve(w, `R_${gate}`, y), perPosition);
  };
  const gate = (name: string, cell: Vector): number[] =>
    sigmoid(sum(preactivation(name), product([...w.tensor(`p_${name}`, 2).data], cell)));
  const cNext = sum(product(tanh(preactivation('z')), gate('i', c)), product(c, gate('f', c)));
  return ended(product(tanh(cNext), gate('o', cNext)), cNext);
};

const exponentialSlstm: PlainStep = (w, inputs, state) => {
  const { x, y, c } = parts(inputs, state);
  const [n, m] = [valueOf(state, 'n'), valueOf(state, 'm')];
  const [logI, logF] = [w.ofBoth('i', x, y), w.ofBoth('f', x, y)];
  const mNext = map((lf, before, li) => Math.max(lf + before, li), logF, m, logI);
  const i = map((li, largest) => Math.exp(li - largest), logI, mNext);
  const f = map((lf, before, largest) => Math.exp(lf + before - largest), logF, m, mNext);
  const cNext = sum(product(f, c), product(i, tanh(w.ofBoth('z', x, y))));
  const nNext = sum(product(f, n), i);
  const yNext = map((o, cell, norm) => (o * cell) / norm, sigmoid(w.ofBoth('o', x, y)), cNext, nNext);
  return { next: { y: yNext, c: cNext, n: nNext, m: mNext }, y: yNext };
};

const matrixLstm =
  (bound: (m: number) => number): PlainStep =>
  (w, inputs, state) => {
    const x = valueOf(inputs, 'x');
    const [C, n] = [valueOf(state, 'C'), valueOf(state, 'n')];
    const m = element(valueOf(state, 'm'), 0);
    const scalar = (gate: string): number => element(sum(times(w.matrix(`w_${gate}`), x), w.vector(`b_${gate}`)), 0);
    const [q, v] = [w.ofInput('q', x), w.ofInput('v', x)];
    const k = map((value, b) => value / Math.sqrt(n.length) + b, times(w.matrix('W_k'), x), w.vector('b_k'));
    const [logI, logF] = [scalar('i'), -Math.log(1 + Math.exp(-scalar('f')))];
    const mNext = Math.max(logF + m, logI);
    const [i, f] = [Math.exp(logI - mNext), Math.exp(logF + m - mNext)];
    const rows = v.map((value, row) =>
      map((old, key) => f * old + i * value * key, C.slice(row * k.length, (row + 1) * k.length), k),
    );
    const nNext = map((old, key) => f * old + i * key, n, k);
    const denominator = Math.max(Math.abs(inner(nNext, q)), bound(mNext));
    const y = map((o, read) => (o * read) / denominator, sigmoid(w.ofInput('o', x)), times(rows, q));
    return { next: { C: rows.flat(), n: nNext, m: [mNext] }, y };
  };

/** Cells that descend from the LSTM, each written once more from its equations. */
export const plainLstms: Readonly<Record<string, PlainStep>> = {
  nfg,
  niaf,
  noaf,
  'lstmp-peephole': lstmpPeephole,
  'layernorm-lstm-pergate': layerNormPerGate,
  'clip-zoneout-lstm': clipZoneout(0.125, 0.3, 0.2),
  'clip-lstm': clipZoneout(0.125, 0, 0),
  'zoneout-lstm': clipZoneout(Infinity, 0.3, 0.2),
  'phased-lstm-train': phased(0.01),
  'phased-lstm-eval': phased(0),
  'mogrifier-lstm': mogrifier,
  'nested-lstm': nested,
  convlstm1d: convolutional,
  'slstm-expf': exponentialSlstm,
  mlstm: matrixLstm((m) => Math.exp(-m)),
  'mlstm-paper': matrixLstm(() => 1),
};
