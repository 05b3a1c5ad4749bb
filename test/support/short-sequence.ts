import type { Sizes } from '../../src/graph/dim.js';
import type { ValueType } from '../../src/graph/node.js';
import { elementCount, forEachIndex, offsetOf, rowMajorStrides } from '../../src/ops/strides.js';
import { expect } from 'vitest';
import { shapeOf } from './tensors.js';
import type { Tensor } from '../../src/ops/op.js';

/** What may stand behind the end of a sequence. */
export const rubbish: readonly number[] = [NaN, Infinity, -Infinity, 1e300, -1, 0.5];

/** The values of a short sequence where there is room for a longer one, with rubbish behind them. */
export function withPadding(short: Tensor, type: ValueType, sizes: Sizes, seed = 0): Tensor {
  const shape = shapeOf(type, sizes);
  const data = Float64Array.from({ length: elementCount(shape) }, (_, k) => rubbish[(k + seed) % rubbish.length] ?? NaN);
  const strides = rowMajorStrides(shape);
  forEachIndex(short.shape, (index, position) => {
    data[offsetOf(index, strides)] = short.data[position] ?? NaN;
  });
  return { shape, data };
}

/** The part of a value that lies before the end of a short sequence. */
export function before(long: Tensor, type: ValueType, sizes: Sizes): Tensor {
  const shape = shapeOf(type, sizes);
  const strides = rowMajorStrides(long.shape);
  const data = new Float64Array(elementCount(shape));
  forEachIndex(shape, (index, position) => {
    data[position] = long.data[offsetOf(index, strides)] ?? NaN;
  });
  return { shape, data };
}

/** Fails unless all that lies behind the end of a short sequence is zero, of either sign. */
export function expectZeroBehind({ shape, data }: Tensor, type: ValueType, sizes: Sizes, what: string): void {
  const ends = shapeOf(type, sizes);
  const wrong: string[] = [];
  forEachIndex(shape, (index, position) => {
    const behind = index.some((at, axis) => at >= (ends[axis] ?? 0));
    if (behind && data[position] !== 0) wrong.push(`[${index.join()}] ${String(data[position])}`);
  });
  expect(wrong, `${what}, behind the end`).toEqual([]);
}
