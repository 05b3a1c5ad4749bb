import { expect } from 'vitest';
import type { Sizes } from '../../src/graph/dim.js';
import type { ValueType } from '../../src/graph/node.js';
import type { Tensor } from '../../src/ops/op.js';
import { elementCount, forEachIndex, offsetOf, rowMajorStrides } from '../../src/ops/strides.js';
import type { Random } from './random.js';

export type Tensors = ReadonlyMap<string, Tensor>;

export function tensor(shape: readonly number[], data: Iterable<number>): Tensor {
  return { shape, data: Float64Array.from(data) };
}

export function shapeOf(type: Pick<ValueType, 'shape'>, sizes: Sizes): number[] {
  return type.shape.map((dim) => dim.evaluate(sizes));
}

export function randomTensor(random: Random, shape: readonly number[], [low, high]: readonly [number, number] = [-1, 1]): Tensor {
  return tensor(shape, Array.from({ length: elementCount(shape) }, () => random.uniform(low, high)));
}

/** `a + scale · b`. */
export function axpy(a: Tensor, scale: number, b: Tensor): Tensor {
  return { shape: a.shape, data: a.data.map((value, k) => value + scale * (b.data[k] ?? NaN)) };
}

/** The sum of the products of all elements. */
export function dot(a: Tensor, b: Tensor): number {
  return a.data.reduce((total, value, k) => total + value * (b.data[k] ?? NaN), 0);
}

/** Tensors of one shape side by side along a new axis. */
export function stack(tensors: readonly Tensor[], axis: number): Tensor {
  const shape = tensors[0]?.shape ?? [];
  const stacked = [...shape.slice(0, axis), tensors.length, ...shape.slice(axis)];
  const data: number[] = [];
  forEachIndex(stacked, (index) => {
    const own = tensors[index[axis] ?? 0];
    data.push(own?.data[offsetOf(index.filter((_, k) => k !== axis), rowMajorStrides(shape))] ?? NaN);
  });
  return tensor(stacked, data);
}

/** Rows `start` to `end` of the first axis. */
export function rows({ shape, data }: Tensor, start: number, end: number): Tensor {
  const length = elementCount(shape.slice(1));
  return { shape: [end - start, ...shape.slice(1)], data: data.slice(start * length, end * length) };
}

/** The second below the first, along the first axis. */
export function below(a: Tensor, b: Tensor): Tensor {
  return tensor([(a.shape[0] ?? 0) + (b.shape[0] ?? 0), ...a.shape.slice(1)], [...a.data, ...b.data]);
}

export function tensorNamed(tensors: Tensors, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no tensor '${name}' among ${[...tensors.keys()].join(', ')}`);
  return found;
}

/** Fails unless shapes are equal and elements differ by no more than `tolerance · max(1, |expected|)`. */
export function expectClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  expect(actual.shape, `the shape of ${what}`).toEqual(expected.shape);
  expected.data.forEach((value, k) => {
    expectNear(actual.data[k] ?? NaN, value, tolerance, `${what}, element ${k}`);
  });
}

/** The same for two numbers; equal infinities and two NaN are near. */
export function expectNear(actual: number, expected: number, tolerance: number, what: string): void {
  const near = Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  expect(near, `${what}: ${actual}, but expected ${expected}`).toBe(true);
}
