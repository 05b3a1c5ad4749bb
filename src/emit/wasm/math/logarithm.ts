import type { VectorMath } from '../vector-code.js';
import { ln2 } from './exponential.js';
import { Floats, layouts } from './floats.js';
import { inFloat64 } from './wide.js';

// ln(1 + f) is f - f²/2 + s (f²/2 + R), where s = f / (2 + f) and R = 2 atanh(s) / s - 2 is a series in s²: f itself is not
// rounded. Where rounding does not matter it is s (2 + R). Coefficients are those with the least largest error, which stands
// beside them, relative to the logarithm, for f from √½ - 1 to √2 - 1.

/** R / s², to 8.1e-10. */
const float32Series = [0.6666677594184875, 0.39977574348449707, 0.2987123429775238];

/** R / s², to 1.2e-18. */
const float64Series = [
  0.6666666666666735, 0.3999999999940917, 0.2857142874376932, 0.22222198416268166, 0.18183573225086602, 0.15313804795005034, 0.14798581186069915,
];

/** 2 + R, to 6.9e-10. */
const wideSeries = [2 - 1.3849611364916922e-9, 0.666668164120747, 0.39974743150069336, 0.299270519679432];

/** √½: m is from there to √2. */
const root = { f32: 0x3f3504f3n, f64: 0x3fe6a09e667f3bcdn } as const;

/** Added to k. A shift that keeps signs is slow on 64 bits, so there k is never negative. */
const bias = { f32: 0n, f64: layouts.f64.one } as const;

/** `a = 2^k m` for a positive number that is not subnormal: bits of which the upper ones hold k, and the others m. */
export function split(v: Floats, a: string): string {
  const { lane } = v.code;
  return v.let('parts', v.integer('sub', a, v.bits(root[lane] - bias[lane])));
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
  return v.integer('add', v.code.logic('and', parts, v.bits(v.layout.fractionMask)), v.bits(root[v.code.lane]));
}

/** k ln 2 + ln(1 + f); the parts of ln 2 keep what k times the first rounds away. */
export function logarithmOf(v: Floats, f: string, k: string | undefined, coefficients: readonly number[]): string {
  const half = v.let('half', v.mul(v.mul(f, v.number(0.5)), f));
  const s = v.let('s', v.div(f, v.add(f, v.number(2))));
  const square = v.let('square', v.mul(s, s));
  const bracket = v.multiplyAdd(v.polynomial(square, coefficients), square, half);
  if (k === undefined) return v.sub(f, v.sub(half, v.mul(bracket, s)));
  const [high, low] = ln2[v.code.lane];
  const small = v.multiplyAdd(bracket, s, v.mul(k, v.number(low)));
  return v.multiplyAdd(k, v.number(high), v.sub(f, v.sub(half, small)));
}

/** The logarithm of a where the formula has none: NaN below 0, and as in `atLimits`. */
function withPoles(v: Floats, logarithm: string, a: string): string {
  return atLimits(v, v.code.logic('or', logarithm, v.code.compare('lt', a, v.number(0))), a);
}

/** The logarithm of a, which is -Infinity at 0, and a itself where that is infinite or NaN. */
export function atLimits(v: Floats, logarithm: string, a: string): string {
  const { code } = v;
  const infinite = v.number(Infinity);
  const atZero = v.sub(logarithm, code.logic('and', code.compare('eq', a, v.number(0)), infinite));
  return v.add(atZero, code.logic('andnot', a, code.compare('lt', a, infinite)));
}

/** ln a in float32, within 1.5 ulp; a subnormal number counts as one between 2^-127 and 2^-126. */
export const fastLogarithm: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const parts = split(v, source);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float32Series), source);
};

/** ln a of positive float64 lanes to float32 accuracy, times a unit. */
export function wideLogarithm(v: Floats, a: string, coefficients: readonly number[], unit = 1): string {
  const parts = split(v, a);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return v.multiplyAdd(exponentOf(v, parts), v.number(Math.LN2 * unit), atanhForm(v, f, coefficients.map((value) => value * unit)));
}

export function atanhForm(v: Floats, f: string, coefficients: readonly number[]): string {
  const s = v.let('s', v.div(f, v.add(f, v.number(2))));
  return v.mul(v.polynomial(v.let('square', v.mul(s, s)), coefficients), s);
}

/** ln a in float32, within 0.55 ulp. */
export const exactLogarithm: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const result = inFloat64(code, [source], (wide, [each = '']) => wideLogarithm(new Floats(wide), each, wideSeries));
  return withPoles(narrow, result, source);
};

/** ln a in float64, within 1 ulp, of subnormal numbers too. */
export const float64Logarithm: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const { normal, raised } = normalized(v, source);
  const parts = split(v, normal);
  const f = v.let('f', v.sub(factorOf(v, parts), v.number(1)));
  return withPoles(v, logarithmOf(v, f, v.let('k', v.sub(exponentOf(v, parts), raised)), float64Series), source);
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
  const { lane } = v.code;
  const { fraction, exponentMask, one, largest } = v.layout;
  const sum = v.let('sum', v.add(a, v.number(1)));
  const parts = split(v, sum);
  // 2^(2-k), since 2^-k may be subnormal.
  const four = one + (2n << BigInt(fraction)) + bias[lane];
  const scale = v.let('scale', v.integer('sub', v.bits(four), v.code.logic('and', parts, v.bits(exponentMask))));
  const quarter = v.number(0.25);
  const f = v.multiplyAdd(v.mul(v.atMost(a, largest), scale), quarter, v.multiplyAdd(scale, quarter, v.number(-1)));
  return { sum, parts, f: v.let('f', f) };
}

/** ln(1 + a) in float32, within 1.5 ulp; a zero loses its sign. */
export const fastLogarithmOfSum: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const { sum, parts, f } = shifted(v, v.let('source', a));
  return withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float32Series), sum);
};

/** ln(1 + a) in float32, within 0.55 ulp. */
export const exactLogarithmOfSum: VectorMath = (code, [a = '']) => {
  const narrow = new Floats(code);
  const source = narrow.let('source', a);
  const result = inFloat64(code, [source], (wide, [each = '']) => {
    const v = new Floats(wide);
    const { parts, f } = shifted(v, each);
    return v.multiplyAdd(exponentOf(v, parts), v.number(Math.LN2), atanhForm(v, f, wideSeries));
  });
  const sum = narrow.let('sum', narrow.add(source, narrow.number(1)));
  return narrow.withSignOf(withPoles(narrow, result, sum), source);
};

/** ln(1 + a) in float64, within 1 ulp. */
export const float64LogarithmOfSum: VectorMath = (code, [a = '']) => {
  const v = new Floats(code);
  const source = v.let('source', a);
  const { sum, parts, f } = shifted(v, source);
  return v.withSignOf(withPoles(v, logarithmOf(v, f, v.let('k', exponentOf(v, parts)), float64Series), sum), source);
};
