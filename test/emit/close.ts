import { expect } from 'vitest';

/** Fails unless both have the same names, and elements within `tolerance · max(1, |expected|)`; a tolerance may depend on the name. */
export function expectAllClose(
  actual: ReadonlyMap<string, ArrayLike<number>>,
  expected: ReadonlyMap<string, ArrayLike<number>>,
  tolerance: number | ((name: string) => number),
): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, values] of expected) {
    const own = actual.get(name) ?? [];
    expect(own.length, `the length of ${name}`).toBe(values.length);
    expect(largestError(own, values), `the error of ${name}`).toBeLessThanOrEqual(typeof tolerance === 'number' ? tolerance : tolerance(name));
  }
}

/** NaN where an element is missing or not a number. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  // A loop, since there may be more elements than a call can have arguments.
  let largest = 0;
  for (let k = 0; k < expected.length; k++) {
    const value = expected[k] ?? NaN;
    largest = Math.max(largest, Math.abs((actual[k] ?? NaN) - value) / Math.max(1, Math.abs(value)));
  }
  return largest;
}
