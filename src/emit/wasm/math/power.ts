import type { VectorMath } from '../vector-code.js';
import { float64ExponentialWithin, ln2, wideBinaryExponential } from './exponential.js';
import { Floats } from './floats.js';
import { atLimits, exponentOf, factorOf, normalized, split, wideLogarithm } from './logarithm.js';
import { inFloat64 } from './wide.js';

/** 2 + R as in `logarithm.ts`, to 4.2e-12. */
const wideSeries = [2 + 8.468808705037622e-12, 0.666666652345547, 0.40000387059464343, 0.28534910823129683, 0.23618919287054943];

/** a^b in float32, within 0.55 ulp: 2^(b log₂ |a|) in float64 lanes. */
export const float32Power: VectorMath = (code, [a = '', b = '']) => {
  const narrow = new Floats(code);
  const base = narrow.let('base', a);
  const exponent = narrow.let('exponent', b);
  const magnitude = inFloat64(code, [narrow.abs(base), exponent], (wide, [each = '', times = '']) => {
    const v = new Floats(wide);
    const logarithm = atLimits(v, wideLogarithm(v, each, wideSeries, Math.LOG2E), each);
    return wideBinaryExponential(v, v.let('bounded', v.clamp(v.mul(logarithm, times), -160, 160)));
  });
  return signed(narrow, magnitude, base, exponent);
};

/** `a^b` from `|a|^b`: negative for a negative base and an odd exponent, NaN for one that is not an integer, 1 where b is 0. */
function signed(v: Floats, magnitude: string, base: string, exponent: string): string {
  const { code } = v;
  const isInteger = v.let('isInteger', code.compare('eq', code.unary('floor', exponent), exponent));
  const half = v.let('half', v.mul(exponent, v.number(0.5)));
  const isOdd = code.logic('andnot', isInteger, code.compare('eq', code.unary('floor', half), half));
  const flipped = code.logic('xor', magnitude, code.logic('and', code.logic('and', base, v.bits(v.layout.sign)), isOdd));
  const isNegative = code.logic('and', code.compare('lt', base, v.number(0)), code.compare('gt', base, v.number(-Infinity)));
  const defined = code.logic('or', flipped, code.logic('andnot', isNegative, isInteger));
  return code.select(code.compare('eq', exponent, v.number(0)), v.number(1), defined);
}

/** R / s² as in `logarithm.ts`, to 9.0e-21. */
const float64Series = [
  0.6666666666666666, 0.4000000000000493, 0.285714285694067, 0.22222222607854075, 0.18181778270900573, 0.15386993017452433,
  0.13252045523660722, 0.13235774660170796,
];

/** A number in two parts; the first has so few bits that products of first parts are exact. */
interface Parts {
  readonly high: string;
  readonly low: string;
}

function parted(v: Floats, name: string, value: string, addend?: string): Parts {
  const whole = v.let(name, value);
  const high = v.let(`${name}High`, v.code.logic('and', addend === undefined ? whole : v.add(whole, addend), v.bits(0xfffffffff8000000n)));
  const rest = v.sub(whole, high);
  return { high, low: v.let(`${name}Low`, addend === undefined ? rest : v.add(rest, addend)) };
}

/** ln of a positive number that is not subnormal, less a power of two, in two parts: some 60 bits. */
function preciseLogarithm(v: Floats, a: string, raised: string): Parts {
  const exponentAndFraction = split(v, a);
  const f = v.let('f', v.sub(factorOf(v, exponentAndFraction), v.number(1)));
  const k = v.let('k', v.sub(exponentOf(v, exponentAndFraction), raised));
  // s = f / (2 + f), whose remainder is exact in parts.
  const sum = v.let('sum', v.add(f, v.number(2)));
  const sumHigh = v.let('sumHigh', v.code.logic('and', sum, v.bits(0xfffffffff8000000n)));
  const sumLow = v.sub(f, v.sub(sumHigh, v.number(2)));
  const s = v.let('s', v.div(f, sum));
  const sHigh = v.let('sHigh', v.code.logic('and', s, v.bits(0xfffffffff8000000n)));
  const remainder = v.sub(v.sub(f, v.mul(sHigh, sumHigh)), v.mul(sHigh, sumLow));
  const sLow = v.let('sLow', v.div(remainder, sum));
  const square = v.let('square', v.mul(s, s));
  // Of 2s³/3 what the rounding of s takes, 2s² times the error of s: half of all that would be lost.
  const rounding = v.sub(sLow, v.sub(s, sHigh));
  const cubic = v.multiplyAdd(v.add(square, square), rounding, v.mul(v.mul(v.polynomial(square, float64Series), square), s));
  const first = v.let('first', v.add(sHigh, sHigh));
  const [high, low] = ln2.f64;
  const whole = v.let('whole', v.mul(k, v.number(high)));
  const total = v.let('total', v.add(whole, first));
  const lost = v.sub(first, v.sub(total, whole));
  const small = v.add(v.multiplyAdd(k, v.number(low), v.multiplyAdd(sLow, v.number(2), cubic)), lost);
  return parted(v, 'logarithm', total, v.let('small', small));
}

/** a^b in float64. The error grows with the logarithm of the result: 4 ulp from e^-100 to e^100, 25 where it overflows, for bases near √2. */
export const float64Power: VectorMath = (code, [a = '', b = '']) => {
  const v = new Floats(code);
  const base = v.let('base', a);
  const exponent = v.let('exponent', b);
  const magnitude = v.let('magnitude', v.abs(base));
  const { normal, raised } = normalized(v, magnitude);
  const logarithm = preciseLogarithm(v, normal, raised);
  const times = parted(v, 'times', exponent);
  const rough = v.let('rough', v.mul(atLimits(v, logarithm.high, magnitude), exponent));
  const isModerate = v.let('isModerate', code.compare('lt', v.abs(rough), v.number(800)));
  const high = v.mul(times.high, logarithm.high);
  const low = v.multiplyAdd(times.low, logarithm.high, v.mul(exponent, logarithm.low));
  const power = v.let('power', code.select(isModerate, high, v.clamp(rough, -746, 710)));
  const bounded = v.let('bounded', v.clamp(power, -746, 710));
  return signed(v, float64ExponentialWithin(v, bounded, code.logic('and', low, isModerate)), base, exponent);
};
