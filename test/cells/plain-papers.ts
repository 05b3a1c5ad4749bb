import { blend, element, inner, map, product, relu, sig, sigmoid, sum, tanh, times, valueOf } from './plain-arithmetic.js';
import type { Matrix, PlainStep, Vector, Weights } from './plain-arithmetic.js';

const unit =
  (step: (w: Weights, x: Vector, y: Vector) => Vector): PlainStep =>
  (w, inputs, state) => {
    const y = step(w, valueOf(inputs, 'x'), valueOf(state, 'y'));
    return { next: { y }, y };
  };

/** A cell of positions y and velocities, or a slower state, z. */
const pair =
  (step: (w: Weights, x: Vector, y: Vector, z: Vector) => { readonly y: Vector; readonly z: Vector }): PlainStep =>
  (w, inputs, state) => {
    const next = step(w, valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'z'));
    return { next, y: next.y };
  };

const fullGateRecurrence: PlainStep = (w, inputs, state) => {
  const [x, y, c] = [valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'c')];
  const gate = (name: string): number[] => {
    const fromGates = ['i', 'f', 'o'].map((from) => times(w.matrix(`R_${from}${name}`), valueOf(state, from)));
    return sigmoid(sum(w.ofBoth(name, x, y), product(w.vector(`p_${name}`), c), ...fromGates));
  };
  const [i, f, o] = [gate('i'), gate('f'), gate('o')];
  const cNext = sum(product(tanh(w.ofBoth('z', x, y)), i), product(c, f));
  const yNext = product(tanh(cNext), o);
  return { next: { y: yNext, c: cNext, i, f, o }, y: yNext };
};

const quasi =
  (inputGate: (w: Weights, f: Vector, filtered: (gate: string) => Vector) => Vector): PlainStep =>
  (w, inputs, state) => {
    const [x, before] = [valueOf(inputs, 'x'), valueOf(state, 'previous')];
    const filtered = (gate: string): number[] => sum(w.ofInput(gate, x), times(w.matrix(`V_${gate}`), before));
    const f = sigmoid(filtered('f'));
    const i = inputGate(w, f, filtered);
    const c = sum(product(f, valueOf(state, 'c')), product(i, tanh(filtered('z'))));
    return { next: { previous: x, c }, y: product(sigmoid(filtered('o')), c) };
  };

const intersection: PlainStep = (w, inputs, state) => {
  const [p, h] = [times(w.matrix('W_p'), valueOf(inputs, 'x')), valueOf(state, 'h')];
  const y = blend(sigmoid(w.ofBoth('d', p, h)), p, relu(w.ofBoth('y', p, h)));
  return { next: { h: blend(sigmoid(w.ofBoth('t', p, h)), h, tanh(w.ofBoth('h', p, h))) }, y };
};

const additive =
  (activation: (c: Vector) => Vector): PlainStep =>
  (w, inputs, state) => {
    const [x, y] = [valueOf(inputs, 'x'), valueOf(state, 'y')];
    const content = times(w.matrix('W_c'), x);
    const c = sum(product(sigmoid(w.ofBoth('i', x, y)), content), product(sigmoid(w.ofBoth('f', x, y)), valueOf(state, 'c')));
    const yNext = activation(c);
    return { next: { y: yNext, c }, y: yNext };
  };

/** The gates of the three SLIM forms, from their pre-activations. */
const slimGates: Readonly<Record<string, (w: Weights, gate: string, y: Vector) => number[]>> = {
  slim1: (w, gate, y) => sigmoid(sum(times(w.matrix(`R_${gate}`), y), w.vector(`b_${gate}`))),
  slim2: (w, gate, y) => sigmoid(times(w.matrix(`R_${gate}`), y)),
  slim3: (w, gate) => sigmoid(w.vector(`b_${gate}`)),
};

const slim: Readonly<Record<string, PlainStep>> = Object.fromEntries(
  Object.entries(slimGates).flatMap(([form, gate]) => [
    [
      `gru-${form}`,
      unit((w, x, y) => blend(gate(w, 'u', y), y, tanh(w.ofBoth('n', x, product(gate(w, 'r', y), y))))),
    ],
    [
      `mgu-${form}`,
      unit((w, x, y) => {
        const f = gate(w, 'f', y);
        return blend(f, tanh(w.ofBoth('n', x, product(f, y))), y);
      }),
    ],
  ]),
);

const scalar = (w: Weights, name: string): number => sig(element(w.vector(name), 0));

/** (R - Rᵀ - γ1) y, by its matrix. */
function turned(R: Matrix, diffusion: number, y: Vector): number[] {
  const entry = (row: number, column: number): number => element(R[row] ?? [], column);
  const matrix = R.map((_, row) => R.map((__, column) => entry(row, column) - entry(column, row) - (row === column ? diffusion : 0)));
  return times(matrix, y);
}

const antisymmetric = (gated: boolean): PlainStep =>
  unit((w, x, y) => {
    const recurrent = turned(w.matrix('R'), 0.01, y);
    const n = tanh(sum(w.ofInput('n', x), recurrent));
    const z = gated ? sigmoid(sum(w.ofInput('z', x), recurrent)) : n.map(() => 1);
    return map((before, gate, candidate) => before + 0.1 * gate * candidate, y, z, n);
  });

const multiplicative: PlainStep = (w, inputs, state) => {
  const x = valueOf(inputs, 'x');
  const m = product(times(w.matrix('W_m'), x), times(w.matrix('R_m'), valueOf(state, 'y')));
  const c = sum(
    product(sigmoid(w.ofBoth('f', x, m)), valueOf(state, 'c')),
    product(sigmoid(w.ofBoth('i', x, m)), tanh(w.ofBoth('z', x, m))),
  );
  const y = product(tanh(c), sigmoid(w.ofBoth('o', x, m)));
  return { next: { y, c }, y };
};

const plainLstm: PlainStep = (w, inputs, state) => {
  const [x, y] = [valueOf(inputs, 'x'), valueOf(state, 'y')];
  const c = sum(
    product(tanh(w.ofBoth('z', x, y)), sigmoid(w.ofBoth('i', x, y))),
    product(valueOf(state, 'c'), sigmoid(w.ofBoth('f', x, y))),
  );
  const yNext = product(tanh(c), sigmoid(w.ofBoth('o', x, y)));
  return { next: { y: yNext, c }, y: yNext };
};

/** Σ_ikl W[o, i, k, l] x[i, m + k - 1, n + l - 1] for kernels of 3 × 3 on images of `height` rows. */
function convolve(w: Weights, name: string, x: Vector, height: number): number[] {
  const { shape, data } = w.tensor(name, 4);
  const [channels = 0, inputs = 0, rows = 0, columns = 0] = shape;
  const width = x.length / inputs / height;
  const out: number[] = [];
  for (let o = 0; o < channels; o++) {
    for (let m = 0; m < height; m++) {
      for (let n = 0; n < width; n++) {
        let total = 0;
        for (let i = 0; i < inputs; i++) {
          for (let k = 0; k < rows; k++) {
            for (let l = 0; l < columns; l++) {
              const [row, column] = [m + k - (rows - 1) / 2, n + l - (columns - 1) / 2];
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              const weight = data[((o * inputs + i) * rows + k) * columns + l] ?? NaN;
              total += weight * element(x, (i * height + row) * width + column);
            }
          }
        }
        out.push(total);
      }
    }
  }
  return out;
}

const convolutional: PlainStep = (w, inputs, state) => {
  const [x, y, c] = [valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'c')];
  const { shape } = w.tensor('p_o', 3);
  const [, height = 0, width = 0] = shape;
  const preactivation = (gate: string): number[] => {
    const bias = w.vector(`b_${gate}`).flatMap((value) => Array.from({ length: height * width }, () => value));
    return sum(convolve(w, `W_${gate}`, x, height), convolve(w, `R_${gate}`, y, height), bias);
  };
  const gate = (name: string, cell: Vector): number[] =>
    sigmoid(sum(preactivation(name), product([...w.tensor(`p_${name}`, 3).data], cell)));
  const cNext = sum(product(tanh(preactivation('z')), gate('i', c)), product(c, gate('f', c)));
  const yNext = product(tanh(cNext), gate('o', cNext));
  return { next: { y: yNext, c: cNext }, y: yNext };
};

function softmax(a: Vector): number[] {
  const powers = map(Math.exp, a);
  const total = powers.reduce((s, value) => s + value, 0);
  return powers.map((value) => value / total);
}

const deltaRule: PlainStep = (w, inputs, state) => {
  const [x, F] = [valueOf(inputs, 'x'), valueOf(state, 'F')];
  const [k, q] = [softmax(times(w.matrix('W_k'), x)), softmax(times(w.matrix('W_q'), x))];
  const share = sig(element(times(w.matrix('w_beta'), x), 0));
  const rows = times(w.matrix('W_v'), x).map((value, row) => {
    const old = F.slice(row * k.length, (row + 1) * k.length);
    const error = value - inner(old, k);
    return map((entry, key) => entry + share * error * key, old, k);
  });
  return { next: { F: rows.flat() }, y: times(rows, q) };
};

/** Cells that no reference file has, each written once more from its paper. */
export const plainPapers: Readonly<Record<string, PlainStep>> = {
  'fgr-oprev': fullGateRecurrence,
  qrnn: quasi((_, f) => map((value) => 1 - value, f)),
  'qrnn-ifo': quasi((_, __, filtered) => sigmoid(filtered('i'))),
  ugrnn: unit((w, x, y) => blend(sigmoid(w.ofBoth('g', x, y)), y, tanh(w.ofBoth('n', x, y)))),
  'intersection-rnn': intersection,
  cfn: unit((w, x, y) =>
    sum(
      product(sigmoid(w.ofBoth('f', x, y)), tanh(y)),
      product(sigmoid(w.ofBoth('i', x, y)), tanh(times(w.matrix('W_n'), x))),
    ),
  ),
  star: unit((w, x, y) => tanh(blend(sigmoid(w.ofBoth('k', x, y)), tanh(w.ofInput('z', x)), y))),
  ran: additive(tanh),
  'ran-identity': additive((c) => c),
  'li-gru': unit((w, x, y) => blend(sigmoid(w.ofBoth('u', x, y)), y, relu(w.ofBoth('n', x, y)))),
  ...slim,
  'fast-rnn': unit((w, x, y) => {
    const n = tanh(sum(times(w.matrix('W'), x), times(w.matrix('R'), y), w.vector('b')));
    return map((candidate, before) => scalar(w, 'alpha') * candidate + scalar(w, 'beta') * before, n, y);
  }),
  'fast-grnn': unit((w, x, y) => {
    const shared = sum(times(w.matrix('W'), x), times(w.matrix('R'), y));
    const z = sigmoid(sum(shared, w.vector('b_z')));
    const n = tanh(sum(shared, w.vector('b_n')));
    const [zeta, nu] = [scalar(w, 'zeta'), scalar(w, 'nu')];
    return map((gate, candidate, before) => (zeta * (1 - gate) + nu) * candidate + gate * before, z, n, y);
  }),
  'antisymmetric-rnn': antisymmetric(false),
  'antisymmetric-rnn-gated': antisymmetric(true),
  cornn: pair((w, x, y, z) => {
    const force = tanh(sum(times(w.matrix('W'), x), times(w.matrix('R'), y), times(w.matrix('V'), z), w.vector('b')));
    const zNext = map((f, position, velocity) => velocity + 0.1 * (f - position - velocity), force, y, z);
    return { y: map((position, velocity) => position + 0.1 * velocity, y, zNext), z: zNext };
  }),
  lem: pair((w, x, y, z) => {
    const zNext = blend(sigmoid(w.ofBoth('s', x, y)), tanh(w.ofBoth('z', x, y)), z);
    return { y: blend(sigmoid(w.ofBoth('l', x, y)), tanh(w.ofBoth('y', x, zNext)), y), z: zNext };
  }),
  unicornn: pair((w, x, y, z) => {
    const pace = map((control) => 0.1 * sig(control), w.vector('c'));
    const force = tanh(sum(product(w.vector('w'), y), times(w.matrix('W'), x), w.vector('b')));
    const zNext = map((velocity, p, f, position) => velocity - p * (f + position), z, pace, force, y);
    return { y: map((position, p, velocity) => position + p * velocity, y, pace, zNext), z: zNext };
  }),
  'multiplicative-lstm': multiplicative,
  irnn: unit((w, x, y) => relu(sum(times(w.matrix('W'), x), times(w.matrix('R'), y), w.vector('b')))),
  'chrono-lstm': plainLstm,
  convlstm2d: convolutional,
  'delta-net': deltaRule,
};
