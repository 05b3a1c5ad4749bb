import type { FunctionVectors } from '../vector-code.js';

/** How a lane is laid out: the number of fraction bits, masks, the bits of 1, and the largest number. */
export const layouts = {
  f32: {
    fraction: 23,
    fractionMask: 0x7fffffn,
    exponentMask: 0xff800000n,
    sign: 0x80000000n,
    one: 0x3f800000n,
    largest: 3.4028234663852886e38,
  },
  f64: {
    fraction: 52,
    fractionMask: 0xfffffffffffffn,
    exponentMask: 0xfff0000000000000n,
    sign: 0x8000000000000000n,
    one: 0x3ff0000000000000n,
    largest: Number.MAX_VALUE,
  },
} as const;

/**
 * Arithmetic on vectors, as text. As in the code it writes to, an operand may be written once: what is read twice is bound by
 * `let`.
 */
export class Floats {
  constructor(readonly code: FunctionVectors) {}

  get layout() {
    return layouts[this.code.lane];
  }

  /** Added to a float of less than 2^(fraction - 1) it rounds it to an integer, whose low bits are then those of the sum. */
  get rounder(): string {
    return this.number(1.5 * 2 ** this.layout.fraction);
  }

  number(value: number): string {
    return this.code.constant(value);
  }

  bits(value: bigint): string {
    return this.code.bits(value);
  }

  let(name: string, text: string): string {
    return this.code.let(name, text);
  }

  add(a: string, b: string): string {
    return this.code.binary('add', a, b);
  }

  sub(a: string, b: string): string {
    return this.code.binary('sub', a, b);
  }

  mul(a: string, b: string): string {
    return this.code.binary('mul', a, b);
  }

  div(a: string, b: string): string {
    return this.code.binary('div', a, b);
  }

  abs(a: string): string {
    return this.code.unary('abs', a);
  }

  /** `a · b + c`, rounded once or twice. */
  multiplyAdd(a: string, b: string, c: string): string {
    return this.code.multiplyAdd(a, b, c);
  }

  /** Keeps a value within bounds; NaN stays. */
  clamp(a: string, low: number, high: number): string {
    return this.atMost(this.code.binary('pmax', a, this.number(low)), high);
  }

  atMost(a: string, high: number): string {
    return this.code.binary('pmin', a, this.number(high));
  }

  /** Σ cₖ xᵏ. The terms of a long series are added up in two chains, odd and even, so that fewer instructions wait for others. */
  polynomial(x: string, coefficients: readonly number[]): string {
    if (coefficients.length < 8) return this.chain(x, coefficients);
    const square = this.let('square', this.mul(x, x));
    const [even, odd] = [0, 1].map((parity) => coefficients.filter((_, k) => k % 2 === parity)).map((part) => this.chain(square, part));
    return this.multiplyAdd(odd ?? '', x, even ?? '');
  }

  /** The same, each term added to the next. */
  chain(x: string, coefficients: readonly number[]): string {
    return coefficients.map((value) => this.number(value)).reduceRight((sum, coefficient) => this.multiplyAdd(sum, x, coefficient));
  }

  /** Integer instructions on the bits of the lanes. */
  integer(instruction: 'add' | 'sub', a: string, b: string): string {
    return `(${this.code.integers}.${instruction} ${a} ${b})`;
  }

  shift(instruction: 'shl' | 'shr_s' | 'shr_u', a: string, by: number): string {
    return `(${this.code.integers}.${instruction} ${a} (i32.const ${String(by)}))`;
  }

  /** 2^(n + offset), where n is the integer in the low bits of a rounded sum. */
  powerOfTwo(rounded: string, offset = 0): string {
    const { fraction, one } = this.layout;
    return this.integer('add', this.shift('shl', rounded, fraction), this.bits(one + (BigInt(offset) << BigInt(fraction))));
  }

  /** A value that is not negative where another is not, with the sign of that; a zero has one too. */
  withSignOf(value: string, source: string): string {
    return this.code.logic('or', value, this.#sign(source));
  }

  /** Flips the sign of a value where another is negative. */
  flippedWith(value: string, source: string): string {
    return this.code.logic('xor', value, this.#sign(source));
  }

  #sign(source: string): string {
    return this.code.logic('and', source, this.bits(this.layout.sign));
  }
}
