import { createRequire } from 'node:module';

/** Rows and columns of a picture. */
export const side = 28;

export interface Picture {
  /** Ink from 0 to 1, `[side, side]`, row by row. */
  readonly pixels: Float32Array;
  /** What was written: 0 to 9. */
  readonly digit: number;
}

/** What the package exports: for each digit the pixels of all its pictures, one behind the other. */
type DigitPackage = readonly { readonly raw: readonly number[] }[];

/**
 * The 10,000 handwritten digits of the package `mnist`, all zeros first.
 *
 * @throws Error where the package is not installed
 */
export function loadDigits(): readonly Picture[] {
  const byDigit = createRequire(import.meta.url)('mnist') as DigitPackage;
  return byDigit.flatMap(({ raw }, digit) =>
    Array.from({ length: Math.floor(raw.length / side ** 2) }, (_, k) => ({
      pixels: Float32Array.from(raw.slice(k * side ** 2, (k + 1) * side ** 2)),
      digit,
    })),
  );
}
