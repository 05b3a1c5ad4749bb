import type { VectorMath } from '../vector-code.js';
import { fastExponentialWithin, float64ExponentialWithin, ln2, wideExponential } from './exponential.js';
import { Floats } from './floats.js';
import { inFloat64 } from './wide.js';

// ln(1 + f) is f - f²/2 + s (f²/2 + R), where s = f / (2 + f) and R = 2 atanh(s) / s - 2 is a series in s²: so f itself is not
// rounded. The coefficients are those of R / s² with the least largest error of the logarithm.

/** For f from √½ - 1 to √2 - 1, to 8.1e-10. */
const float32Near = [0.6666677594184875, 0.39977574348449707, 0.2987123429775238];

/** The same to 1.2e-18. */
const float64Near = [
  0.6666666666666735, 0.3999999999940917, 0.2857142874376932, 0.22222198416268166, 0.18183573225086602, 0.15313804795005034, 0.14798581186069915,
];

/** For f from 0 to 1, to 1.3e-18. */
const float64Wide = [
  0.33333333333333154, 0.20000000000077972, 0.14285714274001504, 0.1111111198067328, 0.09090872095486935, 0.076932774223942,
  0.06650516480666131, 0.06052835557623294, 0.041708449195573906, 0.08508013959760914,
].map((value) => 2 * value);

/** 2 atanh(s) / s for f from √½ - 1 to √2 - 1, to 6.9e-10, and to 4.2e-12. */
const wideNear = [2 - 1.3849611364916922e-9, 0.666668164120747, 0.39974743150069336, 0.299270519679432];
export const widePreciseNear = [2 + 8.468808705037622e-12, 0.666666652345547, 0.40000387059464343, 0.28534910823129683, 0.23618919287054943];

/** 2 atanh(s) / s for f from 0 to 1, to 4.0e-9. */
const wideFar = [2 + 7.931027834473525e-9, 0.6666631446567318, 0.40024919803886866, 0.27960459887229755, 0.2817902095094675];

/** (ln(1 + e) - e) / e² for e from 0 to 1, to 3.3e-8. */
const float32Polynomial = [
  -0.49999648332595825, 0.33321329951286316, -0.2485722154378891, 0.19153888523578644, -0.1375432312488556, 0.07921099662780762,
  -0.03006996214389801, 0.005365914199501276,
];

/** √½; the factor that is left of a number beside 2^k is from there to √2. */
const root = { f32: 0x3f3504f3n, f64: 0x3fe6a09e667f3bcdn } as const;

/** `a = 2^k m` for a positive number that is not subnormal, as bits of which the upper ones hold k. */
export function split(v: Floats, a: string): string {
  const { one } = v.layout;
  const { lane } = v.code;
  // A shift that keeps signs is slow on 64 bits: there, k is biased.
  return v.let('exponentAndFraction', v.integer('sub', a, v.bits(root[lane] - (lane === 'f32' ? 0n : one))));
}

/** k, as a float. */
export function exponentOf(v: Floats, parts: string): string {
  const { fraction } = v.layout;
  if (v.code.lane === 'f32') return `(f32x4.convert_i32x4_s ${v.shift('shr_s', parts, fraction)})`;
  const biased = v.code.logic('or', v.shift('shr_u', parts, fraction), v.number(2 ** 52));
  return v.sub(biased, v.number(2 ** 52 + 1023));
}

/** m. */
export function factorOf(v: Floats, parts: string): string {
  return v.integer('add', v.code.logic('and', parts, v.bits((1n << BigInt(v.layout.fraction)) - 1n)), v.bits(root[v.code.lane]));
}

/** k ln 2 + ln(1 + f); the parts of ln 2 keep what k times the first rounds away. */
function logarithmOf(v: Floats, f: string, k: string | undefined, coefficients: readonly number[]): string {
  const half = v.let('half', v.mul(v.mul(f, v.number(0.5)), f));
  const s = v.let('s', v.div(f, v.add(f, v.number(2))));
  const square = v.let('square', v.mul(s, s));
  const bracket = v.multiplyAdd(v.polynomial(square, coefficients), square, half);
  if (k === undefined) return v.sub(f, v.sub(half, v.mul(bracket, s)));
  const [high, low] = ln2[v.code.lane];
  const small = v.multiplyAdd(bracket, s, v.mul(k, v.number(low)));
  return v.multiplyAdd(k, v.number(high), v.sub(f, v.sub(half, small)));
}

/** The logarithm of a where it is not a number: NaN below 0, -Infinity at 0, and a itself where that is infinite or NaN. */
export function withPoles(v: Floats, result: string, a: string): string {
  const { code } = v;
  const infinite = v.number(Infinity);
  const defined = code.logic('or', result, code.compare('lt', a, v.number(0)));
  const atZero = v.sub(defined, code.logic('and', code.compare('eq', a, v.number(0)), infinite));
  return v.add(atZero, code.logic('andnot', a, code.compare('lt', a, infinite)));
}

/** ln a in float32, within 2 ulp; a subnormal number counts as one between 2^-127 and 2^-126. */
export const fastLogarithm: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const parts = split(v, source);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float32Near), source);
};

/** ln a of positive float64 lanes to float32 accuracy, times a unit. */
export function wideLogarithm(v: Floats, a: string, coefficients: readonly number[], unit = 1): string {
  const parts = split(v, a);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return v.multiplyAdd(exponentOf(v, parts), v.number(Math.LN2 * unit), atanhForm(v, f, coefficients.map((value) => value * unit)));
}

function atanhForm(v: Floats, f: string, coefficients: readonly number[]): string {
  const s = v.let('s', v.div(f, v.add(f, v.number(2))));
  return v.mul(v.polynomial(v.let('square', v.mul(s, s)), coefficients), s);
}

/** ln a in float32, within 0.52 ulp. */
export const exactLogarithm: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const result = inFloat64(code, [source], (wide, [each = '']) => wideLogarithm(new Floats(wide), each, wideNear));
  return withPoles(narrow, result, source);
};

/** ln a in float64, within 1 ulp, of subnormal numbers too. */
export const float64Logarithm: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const { normal, raised } = normalized(v, source);
  const parts = split(v, normal);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return withPoles(v, logarithmOf(v, f, v.let('k', v.sub(exponentOf(v, parts), raised)), float64Near), source);
};

/** A number that is not subnormal, and by which power of two it has been raised. */
export function normalized(v: Floats, a: string): { readonly normal: string; readonly raised: string } {
  const { code } = v;
  const isSmall = v.let('isSmall', code.compare('lt', a, v.number(2 ** -1022)));
  const normal = v.let('normal', code.select(isSmall, v.mul(a, v.number(2 ** 54)), a));
  return { normal, raised: code.logic('and', isSmall, v.number(54)) };
}

interface Shifted {
  readonly sum: string;
  readonly parts: string;
  readonly f: string;
}

/** `1 + a = 2^k (1 + f)`, where f has no rounding error but what is far below the last place of k ln 2. */
function shifted(v: Floats, a: string): Shifted {
  const { fraction, one } = v.layout;
  const sum = v.let('sum', v.add(a, v.number(1)));
  const parts = split(v, sum);
  const exponent = v.code.logic('and', parts, v.bits(BigInt.asUintN(64, -1n << BigInt(fraction)) & (v.code.lane === 'f32' ? 0xffffffffn : 0xffffffffffffffffn)));
  // 2^(2-k), since 2^-k may be subnormal.
  const four = one + (2n << BigInt(fraction)) + (v.code.lane === 'f32' ? 0n : one);
  const scale = v.let('scale', v.integer('sub', v.bits(four), exponent));
  const quarter = v.number(0.25);
  const finite = v.atMost(a, v.code.lane === 'f32' ? 3.4028234663852886e38 : Number.MAX_VALUE);
  const f = v.let('f', v.multiplyAdd(v.mul(finite, scale), quarter, v.multiplyAdd(scale, quarter, v.number(-1))));
  return { sum, parts, f };
}

/** ln(1 + a) in float32. */
export const fastLogarithmOfSum: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const { sum, parts, f } = shifted(v, v.let('source', a));
  return withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float32Near), sum);
};

/** ln(1 + a) in float32, within 0.52 ulp. */
export const exactLogarithmOfSum: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const result = inFloat64(code, [source], (wide, [each = '']) => {
    const v = new Floats(wide);
    const { parts, f } = shifted(v, each);
    return v.multiplyAdd(exponentOf(v, parts), v.number(Math.LN2), atanhForm(v, f, wideNear));
  });
  const sum = narrow.let('sum', narrow.add(source, narrow.number(1)));
  return narrow.withSignOf(withPoles(narrow, result, sum), source);
};

/** ln(1 + a) in float64. */
export const float64LogarithmOfSum: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const { sum, parts, f } = shifted(v, source);
  return v.withSignOf(withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float64Near), sum), source);
};

/** -|a|. */
function negative(v: Floats, a: string): string {
  return v.code.logic('or', a, v.bits(v.layout.sign));
}

/** The larger of a and 0; NaN stays. */
function positive(v: Floats, a: string): string {
  return v.code.binary('pmax', a, v.number(0));
}

/** ln(1 + e^a) in float32, as max(a, 0) + ln(1 + e^-|a|); what is below 1.7e-38 is 0. */
export const fastSoftplus: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const e = v.let('e', fastExponentialWithin(v, v.let('bounded', code.binary('pmax', negative(v, source), v.number(-87.5)))));
  const rest = v.multiplyAdd(v.polynomial(e, float32Polynomial), v.let('square', v.mul(e, e)), e);
  return v.add(rest, positive(v, source));
};

/** ln(1 + e^a) in float32, within 0.52 ulp. */
export const exactSoftplus: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const bounded = code.binary('pmax', negative(narrow, source), narrow.number(-104));
  return inFloat64(code, [bounded, positive(narrow, source)], (wide, [decay = '', line = '']) => {
    const v = new Floats(wide);
    const e = v.let('e', wideExponential(v, decay));
    return v.add(atanhForm(v, e, wideFar), line);
  });
};

/** ln(1 + e^a) in float64. */
export const float64Softplus: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const e = v.let('e', float64ExponentialWithin(v, v.let('bounded', code.binary('pmax', negative(v, source), v.number(-746)))));
  return v.add(logarithmOf(v, e, undefined, float64Wide), positive(v, source));
};
