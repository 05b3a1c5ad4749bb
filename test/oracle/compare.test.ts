import { describe, expect, it } from 'vitest';
import { compare, exceeds, relativeError } from './compare.js';

const tensor = (...data: number[]) => ({ shape: [data.length], data: Float64Array.from(data) });
const values = (...data: number[]) => Float64Array.from(data);

describe('relativeError', () => {
  it('is the largest difference over the largest expected entry', () => {
    expect(relativeError(values(1, -8.5, 2), tensor(1, -8, 2.25))).toBe(0.0625);
  });

  it('measures tiny tensors against 1e-3', () => {
    expect(relativeError(values(0, 1e-6), tensor(0, 0))).toBeCloseTo(1e-3, 12);
  });

  it.each([
    ['a NaN', values(1, NaN)],
    ['too few values', values(1)],
    ['too many values', values(1, 2, 3)],
  ])('is NaN for %s', (_, got) => {
    expect(relativeError(got, tensor(1, 2))).toBeNaN();
  });
});

describe('compare', () => {
  it('holds each quantity to its own tolerance', () => {
    const expected = new Map(['outputs', 'grads.W', 'secondOrder.hvp.W', 'finalParams.W'].map((path) => [path, tensor(1)]));
    const results = new Map([...expected.keys()].map((path) => [path, values(1 + 5e-10)]));
    const failing = (precision: 'f64' | 'f32') => compare(expected, results, precision).filter(exceeds).map(({ path }) => path);
    expect(failing('f64').sort()).toEqual(['grads.W', 'outputs']);
    expect(failing('f32')).toEqual([]);
  });

  it('puts what is missing or not a number first, as a failure', () => {
    const expected = new Map([['outputs', tensor(1)], ['grads.W', tensor(1)]]);
    const [first] = compare(expected, new Map([['outputs', values(2)]]), 'f64');
    expect(first?.path).toBe('grads.W');
    expect(first && exceeds(first)).toBe(true);
  });
});
