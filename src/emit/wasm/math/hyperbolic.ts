import type { VectorMath } from '../vector-code.js';
import { float64PreciseTail, ln2, reduce } from './exponential.js';
import { Floats } from './floats.js';
import { inFloat64 } from './wide.js';

/** (½ (e^2r - 1) - r) / r², for r within ±¼ ln 2. */
const float32Tail = [1, 0.666661859, 0.333339483, 0.133860171, 0.0443860963];

/** (½ (1 - e^-2r) - r) / r² in float64. */
const float64Tail = [-1, ...float64PreciseTail.map((value, k) => value * 2 ** (k + 2) * (k % 2 === 0 ? 1 : -1))];

/** tanh a in float32, within 2.6 ulp, from h = ½ (e^2a - 1) as h / (h + 1): it is never more than 1, and precise near 0. */
export const fastTanh: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  // What rounding leaves of n ln 2 matters less the larger n is, since tanh is then close to ±1.
  const { rounded, rest } = reduce(v, v.let('bounded', v.clamp(a, -10, 10)), [0.5 * Math.LN2], 2);
  const grown = v.multiplyAdd(v.polynomial(rest, float32Tail), v.let('square', v.mul(rest, rest)), rest);
  const scale = v.let('scale', v.powerOfTwo(rounded));
  const h = v.let('h', v.multiplyAdd(grown, scale, v.multiplyAdd(scale, v.number(0.5), v.number(-0.5))));
  return v.div(h, v.add(h, v.number(1)));
};

/**
 * tanh a / a as a quotient of polynomials in a², to 1.0e-9, up to where tanh is 1 in float32. All coefficients are positive, so
 * that nothing cancels.
 */
const numerator = [0.9999999994433382, 0.1378597042928331, 0.0040092743793397395, 3.160521831612521e-5, 5.081603656391102e-8];
const denominator = [1, 0.4711930294467697, 0.027740298273981542, 0.000420877502292837, 1.6187083512628919e-6, 7.384903578043102e-10];

/** tanh a in float32, within 0.55 ulp. */
export const exactTanh: VectorMath = (code, [a = '']) =>
  inFloat64(code, [new Floats(code).clamp(a, -9.02, 9.02)], (wide, [each = '']) => {
    const v = new Floats(wide);
    const square = v.let('square', v.mul(each, each));
    return v.div(v.mul(v.polynomial(square, numerator), each), v.polynomial(square, denominator));
  });

/**
 * tanh a in float64, within 2.5 ulp, and 2 but for results near ±1. Of q = ½ (1 - e^-2|a|) it is q + q² / (1 - q), in which the
 * quotient's error counts least near 0.
 */
export const float64Tanh: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const magnitude = v.let('magnitude', v.atMost(v.abs(source), 20));
  const { rounded, rest } = reduce(v, magnitude, ln2.f64.map((part) => 0.5 * part), -2);
  const fallen = v.multiplyAdd(v.polynomial(rest, float64Tail), v.let('square', v.mul(rest, rest)), rest);
  const scale = v.let('scale', v.powerOfTwo(rounded));
  const q = v.let('q', v.multiplyAdd(fallen, scale, v.multiplyAdd(scale, v.number(-0.5), v.number(0.5))));
  return v.withSignOf(v.multiplyAdd(v.div(q, v.sub(v.number(1), q)), q, q), source);
};
