import type { VectorMath } from '../vector-code.js';
import { Floats } from './floats.js';

// Functions that are the same in every mode, and exact.

export const floor: VectorMath = (code, [a = '']) => code.unary('floor', a);
export const absolute: VectorMath = (code, [a = '']) => code.unary('abs', a);
export const squareRoot: VectorMath = (code, [a = '']) => code.unary('sqrt', a);
export const minimum: VectorMath = (code, [a = '', b = '']) => code.binary('min', a, b);
export const maximum: VectorMath = (code, [a = '', b = '']) => code.binary('max', a, b);

/** ±1, and a itself where that is ±0 or NaN. */
export const signum: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  return code.select(code.compare('gt', v.abs(source), v.number(0)), v.withSignOf(v.number(1), source), source);
};
