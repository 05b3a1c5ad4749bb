import type { VectorMath } from '../vector-code.js';
import { Floats } from './floats.js';
import { inFloat64 } from './wide.js';

// Both functions are ±sin r, where r is what is left of the angle beside multiples of π: within ±½ π. The parts of π are so
// short that products with the multiple are exact while that has few bits; further out, the result is that of an angle which
// differs from the given one by rounding.

interface Angle {
  /** π in parts. */
  readonly pi: readonly number[];
  /** (sin r - r) / r³ as a series in r². */
  readonly sine: readonly number[];
}

/** To 6.2e-9; exact products up to 2^13 π. */
const float32: Angle = {
  pi: [3.140625, 0.0009670257568359375, 6.277114152908325e-7, 1.215420125655342e-10],
  sine: [-0.16666659712791443, 0.008333069272339344, -0.00019809776858892292, 2.606095677037956e-6],
};

/** To 5e-10, with float32 angles; exact products up to 2^20 π. */
const wide: Angle = {
  pi: [3.1415926534682512, 1.2154201012607932e-10],
  sine: [-0.1666666716337204, 0.008333350531756878, -0.00019843093468807638, 2.7627061172097456e-6, -2.550322797389981e-8],
};

/** To 3.0e-19; exact products up to 2^20 π. */
const float64: Angle = {
  pi: [3.1415926534682512, 1.2154201012607932e-10, 4.044532497591901e-21],
  sine: [
    -0.16666666666666666, 0.008333333333333207, -0.00019841269841212476, 2.7557319211568495e-6, -2.505210690428275e-8, 1.6058940992634052e-10,
    -7.643019047990596e-13, 2.7214153499474098e-15,
  ],
};

/** `a = n π + r`, and ±sin r. */
function sineOf(v: Floats, a: string, angle: Angle): string {
  const rounded = v.let('rounded', v.multiplyAdd(a, v.number(1 / Math.PI), v.rounder));
  return folded(v, a, rounded, v.let('n', v.sub(rounded, v.rounder)), angle.pi, angle);
}

/** `a = (n - ½) π + r`, and ±sin r. */
function cosineOf(v: Floats, a: string, angle: Angle): string {
  const rounded = v.let('rounded', v.add(v.multiplyAdd(a, v.number(1 / Math.PI), v.number(0.5)), v.rounder));
  const n = v.sub(rounded, v.rounder);
  const odd = v.let('odd', v.multiplyAdd(n, v.number(2), v.number(-1)));
  return folded(v, a, rounded, odd, angle.pi.map((part) => 0.5 * part), angle);
}

function folded(v: Floats, a: string, rounded: string, multiple: string, unit: readonly number[], { sine }: Angle): string {
  const r = unit.reduce((left, part) => v.let('rest', v.multiplyAdd(multiple, v.number(-part), left)), a);
  const square = v.let('square', v.mul(r, r));
  const cube = v.mul(square, r);
  // Rounding must not exceed 1. Of an angle so large that no digit is left of r, the series may be infinite, but not NaN.
  const value = v.clamp(v.multiplyAdd(v.chain(square, sine), cube, r), -1, 1);
  return v.code.logic('xor', value, v.shift('shl', rounded, v.code.lane === 'f32' ? 31 : 63));
}

/** sin a in float32, within 2.6 ulp for angles up to 2^13 π. */
export const fastSine: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return sineOf(v, v.let('angle', a), float32);
};

/** cos a in float32, within 2.6 ulp for angles up to 2^12 π. */
export const fastCosine: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return cosineOf(v, v.let('angle', a), float32);
};

/** sin a in float32, within 0.55 ulp for angles up to 2^20 π. */
export const exactSine: VectorMath = (code, operands) => inFloat64(code, operands, (each, [a = '']) => sineOf(new Floats(each), a, wide));

/** cos a in float32, within 0.55 ulp for angles up to 2^19 π. */
export const exactCosine: VectorMath = (code, operands) => inFloat64(code, operands, (each, [a = '']) => cosineOf(new Floats(each), a, wide));

/** sin a in float64, within 2.2 ulp for angles up to 2^20 π. */
export const float64Sine: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return sineOf(v, v.let('angle', a), float64);
};

/** cos a in float64, within 2.2 ulp for angles up to 2^19 π. */
export const float64Cosine: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return cosineOf(v, v.let('angle', a), float64);
};
