import type { Tensor } from '../ops/op.js';

/** The largest of some errors. */
export interface WorstError {
  readonly error: number;
  /** The element: `R_z[2, 0]`. */
  readonly at: string;
}

/** The worse of two; the first where they are equal. */
export function worse(a: WorstError, b: WorstError): WorstError {
  return b.error > a.error ? b : a;
}

export const noError: WorstError = { error: 0, at: '' };

/** Relative to the expected value where that is more than 1; equal infinities agree, NaN agrees with nothing. */
export function relativeError(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  return Number.isNaN(error) ? Infinity : error;
}

/** The worst element over all expected tensors. */
export function worstError(expected: ReadonlyMap<string, Tensor>, actual: ReadonlyMap<string, ArrayLike<number>>): WorstError {
  let worst = noError;
  for (const [name, { shape, data }] of expected) {
    const found = actual.get(name);
    data.forEach((value, k) => {
      const error = relativeError(found?.[k] ?? NaN, value);
      if (error > worst.error) worst = { error, at: elementName(name, shape, k) };
    });
  }
  return worst;
}

/** `R_z[2, 0]`: the element that is the k-th in row-major order. */
export function elementName(name: string, shape: readonly number[], k: number): string {
  if (shape.length === 0) return name;
  const index: number[] = [];
  let rest = k;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `${name}[${index.join(', ')}]`;
}

/** The sum of the products of all elements. */
export function innerProduct(a: Tensor, b: Tensor): number {
  return a.data.reduce((sum, value, k) => sum + value * (b.data[k] ?? NaN), 0);
}
