import type { FunctionVectors } from '../vector-code.js';

/**
 * Computes a function of float32 vectors in float64, two lanes at a time, and rounds once: the error is that of the rounding
 * but for what the function leaves, so that 25 good bits give half a unit in the last place.
 */
export function inFloat64(code: FunctionVectors, operands: readonly string[], half: (wide: FunctionVectors, operands: readonly string[]) => string): string {
  const wide = code.withLane('f64');
  const bound = operands.map((operand) => code.let('narrow', operand));
  const promoted = (source: string): string => wide.let('wide', `(f64x2.promote_low_f32x4 ${source})`);
  const low = half(wide, bound.map(promoted));
  const lowHalf = wide.let('lowHalf', `(f32x4.demote_f64x2_zero ${low})`);
  const high = half(wide, bound.map((source) => promoted(`(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${source} ${source})`)));
  return `(i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 ${lowHalf} (f32x4.demote_f64x2_zero ${high}))`;
}
