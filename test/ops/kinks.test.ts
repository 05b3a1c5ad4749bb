import { describe, expect, it } from 'vitest';
import { vjp } from '../../src/differentiate/reverse.js';
import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { abs } from '../../src/ops/abs.js';
import { clip } from '../../src/ops/clip.js';
import { clipCotangent } from '../../src/ops/clip-cotangent.js';
import { floor } from '../../src/ops/floor.js';
import { input } from '../../src/ops/input.js';
import { max } from '../../src/ops/max.js';
import { min } from '../../src/ops/min.js';
import { none } from '../../src/ops/op.js';
import type { None, Op } from '../../src/ops/op.js';
import { pow } from '../../src/ops/pow.js';
import { reduceMax } from '../../src/ops/reduce-max.js';
import { relu } from '../../src/ops/relu.js';
import { sign } from '../../src/ops/sign.js';
import { stopGradient } from '../../src/ops/stop-gradient.js';
import { slopesAt, tangentsAt } from '../support/scalar-derivatives.js';
import type { ScalarExpression } from '../support/scalar-derivatives.js';
import { tensor } from '../support/tensors.js';

const applied = (op: Op<None>): ScalarExpression => (builder, ...operands) => builder.node(op, operands, none);

/** The documented derivatives at kinks; all agree with PyTorch 2. */
const kinks = [
  { op: max, at: [0.7, 0.7], slopes: [0.5, 0.5] },
  { op: max, at: [0.7, 0.6], slopes: [1, 0] },
  { op: max, at: [-Infinity, -Infinity], slopes: [0.5, 0.5] },
  { op: min, at: [0.7, 0.7], slopes: [0.5, 0.5] },
  { op: min, at: [0.7, 0.6], slopes: [0, 1] },
  { op: relu, at: [0], slopes: [0] },
  { op: relu, at: [-0], slopes: [0] },
  { op: relu, at: [Number.MIN_VALUE], slopes: [1] },
  { op: abs, at: [0], slopes: [0] },
  { op: abs, at: [-0.1], slopes: [-1] },
  { op: sign, at: [0], slopes: [0] },
  { op: floor, at: [2], slopes: [0] },
  { op: clip, at: [-1, -1, 1], slopes: [1, 0, 0] },
  { op: clip, at: [1, -1, 1], slopes: [1, 0, 0] },
  { op: clip, at: [-1.5, -1, 1], slopes: [0, 1, 0] },
  { op: clip, at: [1.5, -1, 1], slopes: [0, 0, 1] },
  { op: stopGradient, at: [0.3], slopes: [0] },
  { op: pow, at: [0, 2], slopes: [0, 0] },
  { op: pow, at: [0, 1], slopes: [1, 0] },
  { op: pow, at: [0, 0], slopes: [0, 0] },
] as const;

describe.each(kinks)('$op.name at $at', ({ op, at, slopes }) => {
  it('has the documented slopes in reverse mode', () => {
    expect(slopesAt(applied(op), at).map((slope) => slope + 0)).toEqual(slopes);
  });

  it('has them in forward mode', () => {
    expect(tangentsAt(applied(op), at).map((slope) => slope + 0)).toEqual(slopes);
  });
});

describe('ops whose reverse derivative is not that of their value', () => {
  it('clipCotangent clips what comes back, and lets through what goes ahead', () => {
    const clipped: ScalarExpression = (builder, ...operands) => builder.node(clipCotangent, operands, { bound: 0.5 });
    expect([3, 0.2, -7].map((cotangent) => slopesAt(clipped, [1], cotangent)[0])).toEqual([0.5, 0.2, -0.5]);
    expect(tangentsAt(clipped, [1])).toEqual([1]);
  });
});

describe('reduceMax', () => {
  function gradient(values: readonly number[]): number[] {
    const builder = new GraphBuilder();
    const x = builder.declareInput('x', builder.node(input, [], { name: 'x', type: { dtype: 'real', shape: [Dim.symbol('N')] } }));
    const graph = builder.finish({ y: builder.node(reduceMax, [x], { axes: [0] }) });
    const derivative = vjp(graph, { wrt: ['x'], cotangents: new Map([['y', 'dy']]), gradientName: () => 'dx' });
    const inputs = new Map([['x', tensor([values.length], values)], ['dy', tensor([], [6])]]);
    return [...(evaluate(derivative, inputs, { N: values.length }).get('dx')?.data ?? [])];
  }

  it('shares the slope evenly among equal maxima', () => {
    expect(gradient([1, 3, 3, 2])).toEqual([0, 3, 3, 0]);
    expect(gradient([5, 5, 5])).toEqual([2, 2, 2]);
    expect(gradient([-Infinity, -Infinity])).toEqual([3, 3]);
  });

  it('gives no slope where the maximum is NaN', () => {
    expect(gradient([1, NaN])).toEqual([0, 0]);
  });
});
