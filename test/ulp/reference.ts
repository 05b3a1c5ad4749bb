/**
 * The functions to far more digits than float64 has, in integers: a value v stands for `v / 2^bits`. They share nothing with
 * the code under test, nor with `Math`.
 */
export interface Fixed {
  readonly value: bigint;
  readonly bits: number;
}

export type Reference = (...operands: number[]) => Fixed;

const bytes = new DataView(new ArrayBuffer(8));

/** `mantissa · 2^exponent`, exactly. */
function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  bytes.setFloat64(0, x);
  const pattern = bytes.getBigUint64(0);
  const biased = Number((pattern >> 52n) & 0x7ffn);
  const fraction = pattern & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

function shifted(value: bigint, by: number): bigint {
  return by >= 0 ? value << BigInt(by) : value >> BigInt(-by);
}

/** A number as fixed point; `bits` must reach its last bit for it to be exact. */
function fixed(x: number, bits: number): bigint {
  const { mantissa, exponent } = decompose(x);
  return shifted(mantissa, bits + exponent);
}

/** Bits after the point that keep `extra` significant bits of x and of what lies near it. */
function bitsFor(x: number, extra = 200): number {
  return extra + Math.max(0, -decompose(x).exponent);
}

function times(a: bigint, b: bigint, bits: number): bigint {
  return (a * b) >> BigInt(bits);
}

function over(a: bigint, b: bigint, bits: number): bigint {
  return (a << BigInt(bits)) / b;
}

/** Σ ± q^(2k+1) / (2k+1): atan q for alternating signs, atanh q otherwise. */
function inverseTangent(q: bigint, bits: number, alternating: boolean): bigint {
  const square = times(q, q, bits);
  let power = q;
  let sum = 0n;
  for (let k = 0n; power !== 0n && power !== -1n; k++) {
    const term = power / (2n * k + 1n);
    sum += alternating && k % 2n === 1n ? -term : term;
    power = times(power, square, bits);
  }
  return sum;
}

const cache = new Map<string, bigint>();

function constant(name: string, bits: number, compute: (bits: number) => bigint): bigint {
  const key = `${name}${String(bits)}`;
  let value = cache.get(key);
  if (value === undefined) {
    value = compute(bits + 32) >> 32n;
    cache.set(key, value);
  }
  return value;
}

/** ln 2 = 2 atanh(1/3). */
const ln2 = (bits: number): bigint => constant('ln2', bits, (more) => 2n * inverseTangent((1n << BigInt(more)) / 3n, more, false));

/** π = 16 atan(1/5) - 4 atan(1/239), by Machin. */
const pi = (bits: number): bigint =>
  constant('pi', bits, (more) => 16n * inverseTangent((1n << BigInt(more)) / 5n, more, true) - 4n * inverseTangent((1n << BigInt(more)) / 239n, more, true));

function rounded(a: bigint, b: bigint): bigint {
  return (2n * a + b) / (2n * b) - (2n * a + b < 0n && (2n * a + b) % (2n * b) !== 0n ? 1n : 0n);
}

/** Σ terms from the first on, each the last times `square` over the product of the next integers. */
function series(first: bigint, factor: bigint, bits: number, divisor: (k: bigint) => bigint): bigint {
  let term = first;
  let sum = 0n;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = times(term, factor, bits) / divisor(k);
  }
  return sum;
}

/** e^x in fixed point, of x in fixed point. */
function exponential(x: bigint, bits: number): bigint {
  const n = rounded(x, ln2(bits));
  const rest = x - n * ln2(bits);
  return shifted(series(1n << BigInt(bits), rest, bits, (k) => k), Number(n));
}

/** ln of a positive fixed-point number. */
function logarithm(x: bigint, bits: number): bigint {
  const n = x.toString(2).length - 1 - bits;
  const q = shifted(x, -n);
  const one = 1n << BigInt(bits);
  return BigInt(n) * ln2(bits) + 2n * inverseTangent(over(q - one, q + one, bits), bits, false);
}

/** sin of x + turns · π/2. */
function sine(x: number, quarters: bigint): Fixed {
  const bits = bitsFor(x, 280);
  const angle = fixed(x, bits) + (quarters * pi(bits)) / 2n;
  const n = rounded(angle, pi(bits));
  const rest = angle - n * pi(bits);
  const value = series(rest, -times(rest, rest, bits), bits, (k) => 2n * k * (2n * k + 1n));
  return { value: n % 2n === 0n ? value : -value, bits };
}

/** Enough for e^-745 to keep 150 bits. */
const small = 1300;

export const references = {
  exp: (a) => ({ value: exponential(fixed(a, small), small), bits: small }),
  expm1: (a) => {
    const bits = bitsFor(a);
    return { value: exponential(fixed(a, bits), bits) - (1n << BigInt(bits)), bits };
  },
  log: (a) => {
    const bits = bitsFor(a);
    return { value: logarithm(fixed(a, bits), bits), bits };
  },
  log1p: (a) => {
    const bits = bitsFor(a);
    return { value: logarithm(fixed(a, bits) + (1n << BigInt(bits)), bits), bits };
  },
  tanh: (a) => {
    const bits = bitsFor(a);
    // Where it differs from 1 by less than any bit of float64, e^2a need not be computed.
    if (Math.abs(a) > 40) return { value: a < 0 ? -1n : 1n, bits: 0 };
    const grown = exponential(2n * fixed(a, bits), bits) - (1n << BigInt(bits));
    return { value: over(grown, grown + (2n << BigInt(bits)), bits), bits };
  },
  sigmoid: (a) => {
    if (a > 60) return { value: 1n, bits: 0 };
    const e = exponential(fixed(a, small), small);
    return { value: over(e, e + (1n << BigInt(small)), small), bits: small };
  },
  softplus: (a) => {
    if (a > 60) return { value: fixed(a, small), bits: small };
    return { value: logarithm(exponential(fixed(a, small), small) + (1n << BigInt(small)), small), bits: small };
  },
  sin: (a) => sine(a, 0n),
  cos: (a) => sine(a, 1n),
  pow: (a, b = 1) => {
    const bits = Math.max(small, bitsFor(a) + bitsFor(b));
    const magnitude = exponential(times(fixed(b, bits), logarithm(fixed(Math.abs(a), bits), bits), bits), bits);
    return { value: a < 0 && b % 2 !== 0 ? -magnitude : magnitude, bits };
  },
} satisfies Record<string, Reference>;

/** The distance of a float64 from the exact value, in units of the last place that the exact value has in float64. */
export function float64Error(got: number, { value, bits }: Fixed): number {
  const magnitude = value < 0n ? -value : value;
  const exponent = magnitude === 0n ? -1074 : Math.max(magnitude.toString(2).length - bits - 53, -1074);
  const { mantissa, exponent: scale } = decompose(got);
  const common = Math.max(bits, -scale) + 64;
  const difference = shifted(mantissa, common + scale) - shifted(value, common - bits);
  // In 2^-32 of a unit, which a float64 holds.
  return Math.abs(Number(shifted(difference, 32 - common - exponent))) / 2 ** 32;
}
