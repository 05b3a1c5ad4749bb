import type { VectorMath } from '../vector-code.js';
import { Floats } from './floats.js';
import { inFloat64 } from './wide.js';

/** ln 2 in two parts; a product of the first with an exponent is exact. */
export const ln2 = {
  f32: [0.693359375, -2.12194440e-4],
  f64: [0.6931471804855391, 7.440617110012397e-11],
} as const;

interface Reduced {
  /** A number whose low bits are n. */
  readonly rounded: string;
  /** r. */
  readonly rest: string;
}

/**
 * `c a = n ln 2 + c r`, where c r is within ±½ ln 2; given the parts of `ln 2 / |c|`. A factor or sign costs nothing: it is in
 * the constants.
 */
export function reduce(v: Floats, a: string, parts: readonly number[], c = 1): Reduced {
  const rounded = v.let('rounded', v.multiplyAdd(a, v.number(c * Math.LOG2E), v.rounder));
  const n = v.let('n', v.sub(rounded, v.rounder));
  const rest = parts.reduce((left, part) => v.let('rest', v.multiplyAdd(n, v.number(-Math.sign(c) * part), left)), a);
  return { rounded, rest };
}

// Coefficients are those with the least largest error on ±½ ln 2; it is stated beside them, and relative to what is stated there.

/** (e^r - 1 - r) / r², to 3.7e-18 of e^r. */
const float64Tail = [
  0.5000000000000011, 0.1666666666666646, 0.04166666666652855, 0.008333333333473074, 0.0013888888943803216, 0.00019841269541064018,
  2.4801493036797463e-5, 2.7557562386831145e-6, 2.7630250435624844e-7, 2.5006176847591842e-8,
];

/** (e^r - 1 - r - r²/2) / r³, to 2.9e-19 of e^r - 1. */
export const float64PreciseTail = [
  0.16666666666666677, 0.041666666666666685, 0.008333333333321756, 0.0013888888888890847, 0.00019841269885441452, 2.4801587287237154e-5,
  2.7557245075314876e-6, 2.7557321638315063e-7, 2.510870521674139e-8, 2.0896404999907827e-9,
];

/** (e^r - 1) / r, to 9.2e-8 of e^r. */
const float32Tail = [0.9999997019767761, 0.4999914765357971, 0.16667653620243073, 0.041898202151060104, 0.008289115503430367];

/** (e^r - 1 - r) / r², to 1.4e-8 of e^r - 1. */
const float32PreciseTail = [0.4999999701976776, 0.1666654646396637, 0.04166743531823158, 0.008366260677576065, 0.0013870655093342066];

/** e^r to 1.9e-9. */
const wideSeries = [
  1.0000000005558667, 1.000000036425734, 0.4999999206254692, 0.16666419714202108, 0.04166822770037553, 0.008374853843113306, 0.0013836828835810558,
];

/** (e^r - 1) / r to 1.1e-8 of e^r - 1. */
const widePreciseTail = [
  1.0000000000313445, 0.5000000046768079, 0.1666666624977264, 0.04166635392411598, 0.008333402725000268, 0.0013941049813118826, 0.0001984141103820162,
];

const doubled = (coefficients: readonly number[]): number[] => coefficients.map((value) => 2 * value);
/** The coefficients of the polynomial at -r. */
const mirrored = (coefficients: readonly number[]): number[] => coefficients.map((value, k) => (k % 2 === 0 ? value : -value));

/** e^a in float32 for a within -87.5 and 89.2. */
export function fastExponentialWithin(v: Floats, a: string): string {
  const { rounded, rest } = reduce(v, a, ln2.f32);
  return v.mul(v.powerOfTwo(rounded, -1), v.polynomial(rest, doubled([1, ...float32Tail])));
}

/** e^a in float32, within 2.3 ulp; what is below 1.7e-38 becomes 0. */
export const fastExponential: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return fastExponentialWithin(v, v.let('bounded', v.clamp(a, -87.5, 89.2)));
};

/** 1 / (1 + e^-a) in float32, within 3.6 ulp; what is below 5.9e-39 becomes 0. */
export const fastSigmoid: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const { rounded, rest } = reduce(v, v.let('bounded', v.clamp(a, -89.2, 87.5)), ln2.f32, -1);
  const half = v.number(0.5);
  return v.div(half, v.multiplyAdd(v.powerOfTwo(rounded, -1), v.polynomial(rest, mirrored([1, ...float32Tail])), half));
};

/** e^a - 1 in float32, within 1.7 ulp; a zero loses its sign. */
export const fastExponentialMinusOne: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const { rounded, rest } = reduce(v, v.let('bounded', v.clamp(a, -18, 88.8)), ln2.f32);
  return minusOne(v, rounded, rest, float32PreciseTail);
};

/** 2^n e^r - 1, as 2 (s q + (s - ½)) with s = 2^(n-1) and q = e^r - 1. */
function minusOne(v: Floats, rounded: string, rest: string, tail: readonly number[]): string {
  const square = v.let('square', v.mul(rest, rest));
  const grown = v.multiplyAdd(v.polynomial(rest, tail), square, rest);
  const scale = v.let('scale', v.powerOfTwo(rounded, -1));
  const half = v.let('half', v.multiplyAdd(grown, scale, v.sub(scale, v.number(0.5))));
  return v.add(half, half);
}

/** e^±a of float64 lanes to 1.9e-9, for a within ±700. */
export function wideExponential(v: Floats, a: string, sign: 1 | -1 = 1): string {
  const { rounded, rest } = reduce(v, a, [Math.LN2], sign);
  const series = v.polynomial(rest, sign === 1 ? wideSeries : mirrored(wideSeries));
  return v.integer('add', v.shift('shl', rounded, v.layout.fraction), series);
}

/** 2^a of float64 lanes to 1.9e-9, for a within ±1000. */
export function wideBinaryExponential(v: Floats, a: string): string {
  const rounded = v.let('rounded', v.add(a, v.rounder));
  const rest = v.let('rest', v.sub(a, v.sub(rounded, v.rounder)));
  const series = v.polynomial(rest, wideSeries.map((value, k) => value * Math.LN2 ** k));
  return v.integer('add', v.shift('shl', rounded, v.layout.fraction), series);
}

/** e^a in float32, within 0.55 ulp, subnormal results included. */
export const exactExponential: VectorMath = (code, [a = '']) =>
  inFloat64(code, [new Floats(code).clamp(a, -104, 89)], (wide, [each = '']) => wideExponential(new Floats(wide), each));

/** 1 / (1 + e^-a) in float32, within 0.55 ulp. */
export const exactSigmoid: VectorMath = (code, [a = '']) =>
  inFloat64(code, [new Floats(code).clamp(a, -104, 104)], (wide, [each = '']) => {
    const v = new Floats(wide);
    return v.div(v.number(1), v.add(wideExponential(v, each, -1), v.number(1)));
  });

/** e^a - 1 in float32, within 0.55 ulp. */
export const exactExponentialMinusOne: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const result = inFloat64(code, [narrow.clamp(source, -18, 89)], (wide, [each = '']) => {
    const v = new Floats(wide);
    const { rounded, rest } = reduce(v, each, [Math.LN2]);
    const scale = v.let('scale', v.powerOfTwo(rounded));
    return v.multiplyAdd(v.mul(v.polynomial(rest, widePreciseTail), rest), scale, v.sub(scale, v.number(1)));
  });
  return narrow.withSignOf(result, source);
};

/** e^(a + correction) in float64 for a within -746 and 710. */
export function float64ExponentialWithin(v: Floats, a: string, correction?: string): string {
  const { rounded, rest: coarse } = reduce(v, a, ln2.f64);
  const rest = correction === undefined ? coarse : v.let('rest', v.add(coarse, correction));
  const series = v.add(v.multiplyAdd(v.polynomial(rest, float64Tail), v.let('square', v.mul(rest, rest)), rest), v.number(1));
  // 2^n is a product of two, since n is from -1076 to 1025; shifting keeps 12 bits of it, which are in the low half of a lane.
  const { fraction, one } = v.layout;
  const first = v.let('first', `(i32x4.shr_s ${rounded} (i32.const 1))`);
  const power = (exponent: string): string => v.integer('add', v.shift('shl', exponent, fraction), v.bits(one));
  return v.mul(v.mul(power(first), series), power(v.integer('sub', rounded, first)));
}

/** e^a in float64, within 1 ulp, subnormal results included. */
export const float64Exponential: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  return float64ExponentialWithin(v, v.let('bounded', v.clamp(a, -746, 710)));
};

/** 1 / (1 + e^-a) in float64, within 2.1 ulp; 0 from -710 on, where e^-a is infinite. */
export const float64Sigmoid: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const { rounded, rest } = reduce(v, v.let('bounded', v.clamp(a, -710.2, 708.5)), ln2.f64, -1);
  const square = v.let('square', v.mul(rest, rest));
  const fall = v.multiplyAdd(v.polynomial(rest, mirrored(float64Tail).map((value) => -value)), square, rest);
  const half = v.number(0.5);
  return v.div(half, v.multiplyAdd(v.powerOfTwo(rounded, -1), v.sub(v.number(1), fall), half));
};

/** e^a - 1 in float64, within 2 ulp. */
export const float64ExponentialMinusOne: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const { rounded, rest } = reduce(v, v.let('bounded', v.clamp(source, -38, 710)), ln2.f64);
  return v.withSignOf(minusOne(v, rounded, rest, [0.5, ...float64PreciseTail]), source);
};
