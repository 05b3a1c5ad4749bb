import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import { resultOf } from '../../src/ops/construct.js';
import { input } from '../../src/ops/input.js';
import { none } from '../../src/ops/op.js';
import { registry } from '../../src/ops/registry.js';
import type { OpName } from '../../src/ops/registry.js';
import { addScan } from '../../src/ops/scan.js';
import { arrayCase, dims, elementwiseCase, indices, real, sizes, sumOver } from './op-case.js';
import type { OpCase, Read } from './op-case.js';

const ops = registry;
const at = (read: Read | undefined, ...index: readonly (number | undefined)[]): number => {
  if (read === undefined) throw new Error('a case reads an operand that is not there');
  return read(...index.map((each) => each ?? NaN));
};

/** `y_{t+1} = tanh(w y_t + x_t)` over rows of x, with `y_t x_t` as output and `y_{t+1} x_t` summed up. */
function scanCase(reverse: boolean): OpCase {
  const body = new GraphBuilder();
  const declare = (name: string) => body.declareInput(name, body.node(input, [], { name, type: { dtype: 'real', shape: dims('A') } }));
  const [y, x, w] = [declare('y'), declare('x'), declare('w')];
  const next = body.node(ops.tanh, [body.node(ops.add, [body.node(ops.mul, [w, y], none), x], none)], none);
  const graph = body.finish({ y: next, output: body.node(ops.mul, [y, x], none), term: body.node(ops.mul, [next, x], none) });
  return {
    operands: [real(['A']), real(['B', 'A']), real(['A'])],
    build: (builder, [initial, sequence, weight]) => {
      if (initial === undefined || sequence === undefined || weight === undefined) throw new Error('the scan lacks an operand');
      return addScan(builder, {
        body: graph,
        length: Dim.symbol('B'),
        reverse,
        carries: [{ input: 'y', output: 'y', initial }],
        sequences: [{ input: 'x', value: sequence }],
        invariants: [{ input: 'w', value: weight }],
        outputs: ['output'],
        sums: ['term'],
        step: undefined,
      }).node;
    },
    meaning([initial, sequence, weight], index, result) {
      const a = index.at(-1);
      const states = [at(initial, a)];
      const steps = Array.from({ length: sizes.B }, (_, n) => (reverse ? sizes.B - 1 - n : n));
      for (const t of steps) states.push(Math.tanh(at(weight, a) * (states.at(-1) ?? NaN) + at(sequence, t, a)));
      const before = (t: number): number => states[steps.indexOf(t)] ?? NaN;
      const after = (t: number): number => states[steps.indexOf(t) + 1] ?? NaN;
      const row = index[0] ?? NaN;
      switch (result) {
        case 0: return states.at(-1) ?? NaN;
        case 1: return (reverse ? states[sizes.B - row] : states[row]) ?? NaN;
        case 2: return before(row) * at(sequence, row, a);
        default: return sumOver('B', (t) => after(t) * at(sequence, t, a));
      }
    },
    lawful: true,
  };
}

const windowed = { axis: 0, count: Dim.from(3), size: Dim.from(2), stride: 2, dilation: 1, before: Dim.one };
const dilated = { axis: 1, count: Dim.symbol('C'), size: Dim.symbol('A'), stride: 1, dilation: 2, before: Dim.from(2) };

/** Which windows element `at` of the axis lies in, as pairs of window and element. */
function covering(at: number, { stride, dilation }: { stride: number; dilation: number }, [count, size, before]: readonly [number, number, number]): [number, number][] {
  const found: [number, number][] = [];
  for (let n = 0; n < count; n++) for (let k = 0; k < size; k++) if (n * stride + k * dilation - before === at) found.push([n, k]);
  return found;
}

/**
 * For each op, applications of it with their meaning. The table is total: an op without a row does not compile. From a
 * row come the tests of meaning, of the derivatives at orders 1 and 2, and of batching.
 */
export const opCases = {
  abs: elementwiseCase(ops.abs, (a) => (a < 0 ? -a : a)),
  add: elementwiseCase(ops.add, (a, b) => a + b),
  and: elementwiseCase(ops.and, (a, b) => Math.min(a, b)),
  broadcast: [
    arrayCase(ops.broadcast, [['A']], { shape: dims('A', 'B'), axes: [0] }, ([x], [a]) => at(x, a)),
    arrayCase(ops.broadcast, [['A', 'C']], { shape: dims('B', 'A', 3, 'C'), axes: [1, 3] }, ([x], [, a, , c]) => at(x, a, c)),
    arrayCase(ops.broadcast, [[]], { shape: dims('A', 'B'), axes: [] }, ([x]) => at(x)),
  ],
  clip: elementwiseCase(ops.clip, (a, low, high) => (a < low ? low : a > high ? high : a)),
  clipCotangent: [arrayCase(ops.clipCotangent, [['A']], { bound: 0.5 }, ([x], [a]) => at(x, a), { lawful: false })],
  concat: [
    arrayCase(ops.concat, [['A', 'B'], ['A', 'C']], { axis: 1 }, ([x, y], [a, j]) =>
      (j ?? 0) < sizes.B ? at(x, a, j) : at(y, a, (j ?? 0) - sizes.B),
    ),
    arrayCase(ops.concat, [['A'], ['B'], ['A']], { axis: 0 }, ([x, y, z], [j = 0]) =>
      j < sizes.A ? at(x, j) : j < sizes.A + sizes.B ? at(y, j - sizes.A) : at(z, j - sizes.A - sizes.B),
    ),
  ],
  constant: [
    arrayCase(ops.constant, [], { dtype: 'real', value: -1.5 }, () => -1.5),
    arrayCase(ops.constant, [], { dtype: 'index', value: Dim.from('2B+1') }, () => 7),
  ],
  cos: elementwiseCase(ops.cos, (a) => Math.sin(a + Math.PI / 2)),
  div: elementwiseCase(ops.div, (a, b) => a * b ** -1),
  einsum: [
    arrayCase(ops.einsum, [['A', 'B'], ['B']], { left: 'oi', right: 'i', out: 'o' }, ([w, x], [a]) => sumOver('B', (b) => at(w, a, b) * at(x, b))),
    arrayCase(ops.einsum, [['A'], ['B']], { left: 'i', right: 'j', out: 'ji' }, ([x, y], [b, a]) => at(x, a) * at(y, b)),
    arrayCase(ops.einsum, [['A', 'B'], ['B', 'A']], { left: 'ij', right: 'ji', out: '' }, ([x, y]) =>
      sumOver('A', (a) => sumOver('B', (b) => at(x, a, b) * at(y, b, a))),
    ),
    arrayCase(ops.einsum, [['A', 'B', 'C'], ['C', 'A']], { left: 'abc', right: 'ca', out: 'ba' }, ([x, y], [b, a]) =>
      sumOver('C', (c) => at(x, a, b, c) * at(y, c, a)),
    ),
    arrayCase(ops.einsum, [[], ['B']], { left: '', right: 'b', out: 'b' }, ([x, y], [b]) => at(x) * at(y, b)),
  ],
  equal: elementwiseCase(ops.equal, (a, b) => Number(a - b === 0)),
  exp: elementwiseCase(ops.exp, (a) => Math.E ** a),
  expm1: elementwiseCase(ops.expm1, (a) => 2 * Math.exp(a / 2) * Math.sinh(a / 2)),
  floor: elementwiseCase(ops.floor, (a) => a - (((a % 1) + 1) % 1)),
  fold: [
    arrayCase(ops.fold, [[3, 2, 'A']], { ...windowed, length: Dim.symbol('C') }, ([x], [j = 0, a]) =>
      covering(j, windowed, [3, 2, 1]).reduce((total, [n, k]) => total + at(x, n, k, a), 0),
    ),
    arrayCase(ops.fold, [['B', 'C', 'A']], { ...dilated, length: Dim.symbol('C') }, ([x], [b, j = 0]) =>
      covering(j, dilated, [sizes.C, sizes.A, 2]).reduce((total, [n, k]) => total + at(x, b, n, k), 0),
    ),
  ],
  gather: [
    arrayCase(ops.gather, [['C', 'A'], indices(['B'], 'C')], none, ([x, rows], [b, a]) => at(x, at(rows, b), a)),
    arrayCase(ops.gather, [['C'], indices([], 'C')], none, ([x, rows]) => at(x, at(rows))),
    arrayCase(ops.gather, [['C', 'A'], indices(['B', 'A'], 'C')], none, ([x, rows], [b, k, a]) => at(x, at(rows, b, k), a)),
  ],
  greater: elementwiseCase(ops.greater, (a, b) => Number(a - b > 0)),
  greaterEqual: elementwiseCase(ops.greaterEqual, (a, b) => Number(a - b >= 0)),
  indexAdd: elementwiseCase(ops.indexAdd, (a, b) => a + b),
  indexMul: elementwiseCase(ops.indexMul, (a, b) => a * b),
  indexSelect: elementwiseCase(ops.indexSelect, (condition, a, b) => condition * a + (1 - condition) * b),
  input: [{ operands: [real(['A'])], build: (_, [x]) => x ?? fail(), meaning: ([x], [a]) => at(x, a), lawful: true }],
  iota: [arrayCase(ops.iota, [], { length: Dim.symbol('B') }, (_, [b = NaN]) => b)],
  log: elementwiseCase(ops.log, (a) => Math.log2(a) * Math.LN2),
  log1p: elementwiseCase(ops.log1p, (a) => Math.log(1 + a)),
  max: elementwiseCase(ops.max, (a, b) => (a + b + Math.abs(a - b)) / 2),
  min: elementwiseCase(ops.min, (a, b) => (a + b - Math.abs(a - b)) / 2),
  mul: elementwiseCase(ops.mul, (a, b) => a * b),
  multiplyNoNan: elementwiseCase(ops.multiplyNoNan, (g, p) => g * p),
  neg: elementwiseCase(ops.neg, (a) => 0 - a),
  not: elementwiseCase(ops.not, (a) => 1 - a),
  pad: [
    arrayCase(ops.pad, [['B']], { axis: 0, before: Dim.from(2), after: Dim.symbol('A') }, ([x], [j = 0]) => at(x, j - 2)),
    arrayCase(ops.pad, [['A', 'B']], { axis: 1, before: Dim.symbol('A'), after: Dim.zero }, ([x], [a, j = 0]) => at(x, a, j - sizes.A)),
  ],
  pow: elementwiseCase(ops.pow, (a, b) => Math.exp(b * Math.log(a))),
  reciprocal: elementwiseCase(ops.reciprocal, (a) => a ** -1),
  reduceMax: [
    arrayCase(ops.reduceMax, [['A', 'B']], { axes: [1] }, ([x], [a]) => Math.max(at(x, a, 0), at(x, a, 1), at(x, a, 2))),
    arrayCase(ops.reduceMax, [['A', 'B', 'A']], { axes: [0, 2] }, ([x], [b]) =>
      Math.max(...[0, 1].flatMap((i) => [0, 1].map((k) => at(x, i, b, k)))),
    ),
  ],
  reduceSum: [
    arrayCase(ops.reduceSum, [['A', 'B']], { axes: [0] }, ([x], [b]) => at(x, 0, b) + at(x, 1, b)),
    arrayCase(ops.reduceSum, [['A', 'B', 'C']], { axes: [0, 2] }, ([x], [b]) => sumOver('A', (a) => sumOver('C', (c) => at(x, a, b, c)))),
    arrayCase(ops.reduceSum, [['A', 'B']], { axes: [0, 1] }, ([x]) => sumOver('A', (a) => sumOver('B', (b) => at(x, a, b)))),
  ],
  relu: elementwiseCase(ops.relu, (a) => (a + Math.abs(a)) / 2),
  reshape: [
    arrayCase(ops.reshape, [['A', 'B']], { shape: dims('B', 'A') }, ([x], [i = 0, j = 0]) => {
      const position = i * sizes.A + j;
      return at(x, Math.floor(position / sizes.B), position % sizes.B);
    }),
    arrayCase(ops.reshape, [['2A', 'B']], { shape: dims(2, 'A*B') }, ([x], [i = 0, j = 0]) => {
      const position = i * sizes.A * sizes.B + j;
      return at(x, Math.floor(position / sizes.B), position % sizes.B);
    }),
    arrayCase(ops.reshape, [[1, 'B', 1]], { shape: dims('B') }, ([x], [b]) => at(x, 0, b, 0)),
  ],
  result: [
    {
      operands: [real(['2B', 'A'])],
      build: (builder, operands) => resultOf(builder, builder.node(ops.split, operands, { axis: 0, lengths: dims('B', 'B') }), 1),
      meaning: ([x], [b = 0, a]) => at(x, b + sizes.B, a),
      lawful: true,
    },
  ],
  scan: [scanCase(false), scanCase(true)],
  scatterAdd: [
    arrayCase(ops.scatterAdd, [['B', 'A'], indices(['B'], 'C')], { rows: Dim.symbol('C') }, ([x, rows], [c, a]) =>
      sumOver('B', (b) => (at(rows, b) === c ? at(x, b, a) : 0)),
    ),
    arrayCase(ops.scatterAdd, [['A', 'B'], indices(['A', 'B'], 'C')], { rows: Dim.symbol('C') }, ([x, rows], [c]) =>
      sumOver('A', (a) => sumOver('B', (b) => (at(rows, a, b) === c ? at(x, a, b) : 0))),
    ),
  ],
  select: elementwiseCase(ops.select, (condition, a, b) => condition * a + (1 - condition) * b),
  sigmoid: elementwiseCase(ops.sigmoid, (a) => (1 + Math.tanh(a / 2)) / 2),
  sign: elementwiseCase(ops.sign, (a) => Math.abs(a) / a),
  sin: elementwiseCase(ops.sin, (a) => Math.cos(a - Math.PI / 2)),
  slice: [
    arrayCase(ops.slice, [['C', 'A']], { axis: 0, start: Dim.one, length: Dim.symbol('B') }, ([x], [j = 0, a]) => at(x, j + 1, a)),
    arrayCase(ops.slice, [['A', '2B']], { axis: 1, start: Dim.symbol('B'), length: Dim.symbol('B') }, ([x], [a, j = 0]) => at(x, a, j + sizes.B)),
  ],
  softplus: elementwiseCase(ops.softplus, (a) => Math.log(1 + Math.exp(a))),
  split: [
    arrayCase(ops.split, [['A', 'B+C']], { axis: 1, lengths: dims('B', 'C') }, ([x], [a, j = 0], result) => at(x, a, result * sizes.B + j)),
    arrayCase(ops.split, [['2B', 'A']], { axis: 0, lengths: dims('B', 'B') }, ([x], [j = 0, a], result) => at(x, result * sizes.B + j, a)),
    arrayCase(ops.split, [['B']], { axis: 0, lengths: dims('B') }, ([x], [j]) => at(x, j)),
  ],
  sqrt: elementwiseCase(ops.sqrt, (a) => a ** 0.5),
  square: elementwiseCase(ops.square, (a) => a ** 2),
  stopGradient: elementwiseCase(ops.stopGradient, (a) => a, { lawful: false }),
  sub: elementwiseCase(ops.sub, (a, b) => a - b),
  tanh: elementwiseCase(ops.tanh, (a) => (Math.exp(a) - Math.exp(-a)) / (Math.exp(a) + Math.exp(-a))),
  transpose: [
    arrayCase(ops.transpose, [['A', 'B']], { permutation: [1, 0] }, ([x], [b, a]) => at(x, a, b)),
    arrayCase(ops.transpose, [['A', 'B', 'C']], { permutation: [2, 0, 1] }, ([x], [c, a, b]) => at(x, a, b, c)),
  ],
  windows: [
    arrayCase(ops.windows, [['C', 'A']], windowed, ([x], [n = 0, k = 0, a]) => at(x, 2 * n + k - 1, a)),
    arrayCase(ops.windows, [['B', 'C']], dilated, ([x], [b, n = 0, k = 0]) => at(x, b, n + 2 * k - 2)),
  ],
} satisfies Record<OpName, readonly OpCase[]>;

function fail(): never {
  throw new Error('a case lacks an operand');
}
