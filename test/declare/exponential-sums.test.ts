import { describe, expect, it } from 'vitest';
import { defineModel } from '../../src/declare/model.js';
import { logSumExp, softmax } from '../../src/declare/reductions.js';
import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import type { Graph } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { afterDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { compiledValues } from '../lower/compiled.js';
import { checkDerivatives, gradientOf } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { randomTensor, tensor } from '../support/tensors.js';

const logSumExpGraph = defineModel('terms', { dims: ['N'], inputs: { x: ['T', 'N'] } }, ({ x }) => ({ outputs: { y: logSumExp(x, 1) } })).graph;
const softmaxGraph = defineModel('shares', { dims: ['N'], inputs: { x: ['T', 'N'] } }, ({ x }) => ({ outputs: { y: softmax(x) } })).graph;

interface Derivatives {
  readonly y: readonly number[];
  /** By the row, for cotangents of 1, 2, …. */
  readonly gradient: readonly number[];
  /** The derivative of the gradient along a direction of `1, -2, 3, …`, in forward and in reverse mode. */
  readonly forward: readonly number[];
  readonly reverse: readonly number[];
}

/** Everything at one row: as the interpreter has it, and as compiled code does in both precisions. */
function at(graph: Graph, row: readonly number[]): Derivatives[] {
  const n = row.length;
  const gradient = vjp(graph, { wrt: ['x'], cotangents: new Map([['out.y', 'dy']]), gradientName: () => 'dx' });
  const forward = jvp(gradient, { tangents: new Map([['x', 'v']]), tangentName: (name) => `${name}.v` });
  const reverse = vjp(gradient, { wrt: ['x'], cotangents: new Map([['dx', 'v']]), gradientName: () => 'second' });
  const shape = [1, ...graph.output('out.y').type.shape.slice(1).map((dim) => dim.evaluate({ N: n }))];
  const count = shape.at(-1) ?? 1;
  const inputs = new Map([
    ['x', tensor([1, n], row)],
    ['dy', tensor(shape, Array.from({ length: count }, (_, k) => k + 1))],
    ['v', tensor([1, n], row.map((_, k) => (k % 2 === 0 ? k + 1 : -k - 1)))],
  ]);
  const sizes = { T: 1, N: n };
  const optimized = [forward, reverse].map((each) => runPasses(each, afterDifferentiation));
  const ways = [
    [forward, reverse].map((each) => evaluate(each, inputs, sizes)),
    optimized.map((each) => compiledValues({ graph: each, sizes, inputs })),
    optimized.map((each) => compiledValues({ graph: each, sizes, inputs }, { precision: 'float32' })),
  ];
  return ways.map(([along, against]) => {
    const values = (name: string): number[] => [...(along?.get(name)?.data ?? against?.get(name)?.data ?? [])].map((value) => value + 0);
    return { y: values('out.y'), gradient: values('dx'), forward: values('dx.v'), reverse: values('second') };
  });
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

function expectClose(actual: readonly number[], expected: readonly number[], digits: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, k) => { expect(value).toBeCloseTo(expected[k] ?? NaN, digits); });
}

describe('logSumExp', () => {
  it('of terms that are all -∞ is -∞, with derivatives of zero', () => {
    for (const found of at(logSumExpGraph, [-Infinity, -Infinity, -Infinity])) {
      expect(found).toEqual({ y: [-Infinity], gradient: zeros(3), forward: zeros(3), reverse: zeros(3) });
    }
  });

  it.each([
    [[Infinity, 1, 2], [1, 0, 0]],
    [[Infinity, 1, -Infinity], [1, 0, 0]],
    [[Infinity, 1, Infinity, -3], [0.5, 0, 0.5, 0]],
    [[Infinity], [1]],
  ])('of %j is +∞, with a gradient of %j and second derivatives of zero', (row, gradient) => {
    for (const found of at(logSumExpGraph, row)) {
      expect(found).toEqual({ y: [Infinity], gradient, forward: zeros(row.length), reverse: zeros(row.length) });
    }
  });

  it('leaves out single terms that are -∞', () => {
    for (const { y, gradient, forward, reverse } of at(logSumExpGraph, [-Infinity, 0.5, 0.5])) {
      expectClose(y, [0.5 + Math.LN2], 6);
      expect(gradient).toEqual([0, 0.5, 0.5]);
      // (diag p - p pᵀ) v for p = (½, ½), v = (-2, 3).
      expectClose(forward, [0, -1.25, 1.25], 6);
      expectClose(reverse, [0, -1.25, 1.25], 6);
    }
  });

  it.each([900, -900])('neither overflows nor underflows around %d', (offset) => {
    const [found] = at(logSumExpGraph, [offset, offset + 1]);
    expectClose(found?.y ?? [], [offset + Math.log(1 + Math.E)], 12);
    expectClose(found?.gradient ?? [], [1 / (1 + Math.E), Math.E / (1 + Math.E)], 14);
  });

  it('of a NaN is NaN', () => {
    for (const { y } of at(logSumExpGraph, [0, NaN, Infinity])) expect(y).toEqual([NaN]);
    for (const { y } of at(logSumExpGraph, [NaN, -Infinity])) expect(y).toEqual([NaN]);
  });
});

describe('softmax', () => {
  it('of elements that are all -∞ is zero, with derivatives of zero', () => {
    for (const found of at(softmaxGraph, [-Infinity, -Infinity])) {
      expect(found).toEqual({ y: zeros(2), gradient: zeros(2), forward: zeros(2), reverse: zeros(2) });
    }
  });

  it.each([
    [[1, Infinity, 2], [0, 1, 0]],
    [[Infinity, -Infinity, Infinity, 5], [0.5, 0, 0.5, 0]],
  ])('of %j is %j, with derivatives of zero', (row, y) => {
    for (const found of at(softmaxGraph, row)) {
      expect(found).toEqual({ y, gradient: zeros(row.length), forward: zeros(row.length), reverse: zeros(row.length) });
    }
  });

  it('gives elements that are -∞ nothing, and the others what they have without them', () => {
    const alone = at(softmaxGraph, [0.3, -0.4]);
    for (const [k, { y, gradient }] of at(softmaxGraph, [0.3, -0.4, -Infinity]).entries()) {
      expect(y).toEqual([...(alone[k]?.y ?? []), 0]);
      expect(gradient).toEqual([...(alone[k]?.gradient ?? []), 0]);
    }
  });

  it.each([900, -900])('neither overflows nor underflows around %d', (offset) => {
    const [found] = at(softmaxGraph, [offset, offset + 1]);
    expectClose(found?.y ?? [], [1 / (1 + Math.E), Math.E / (1 + Math.E)], 14);
  });

  it('of a NaN is NaN', () => {
    for (const { y } of at(softmaxGraph, [0, NaN])) expect(y).toEqual([NaN, NaN]);
  });
});

describe.each([['logSumExp', logSumExpGraph], ['softmax', softmaxGraph]])('%s', (_, graph) => {
  it('has derivatives that agree with central differences at orders 1 and 2', () => {
    const f = { graph, sizes: { T: 2, N: 3 }, inputs: new Map([['x', randomTensor(new Random(1), [2, 3])]]), wrt: ['x'] };
    checkDerivatives(f, 1, 'order 1');
    checkDerivatives(gradientOf(f, new Random(2)), 2, 'order 2');
  });
});
