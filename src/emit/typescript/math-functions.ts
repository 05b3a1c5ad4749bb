import type { MathFunction } from '../../ops/op.js';

/** A function that a module defines for itself, and what it needs besides. */
interface ModuleFunction {
  readonly lines: readonly string[];
  /** The functions that it calls, by name. */
  readonly needs?: Readonly<Record<string, ModuleFunction>>;
}

/** `exact` is the platform's; `fast` approximates to float32 accuracy. */
export type MathMode = 'exact' | 'fast';

const platform = {
  exp: 'Math.exp',
  expm1: 'Math.expm1',
  log: 'Math.log',
  log1p: 'Math.log1p',
  sqrt: 'Math.sqrt',
  tanh: 'Math.tanh',
  sigmoid: undefined,
  softplus: undefined,
  sin: 'Math.sin',
  cos: 'Math.cos',
  floor: 'Math.floor',
  abs: 'Math.abs',
  sign: 'Math.sign',
  min: 'Math.min',
  max: 'Math.max',
  pow: 'Math.pow',
} satisfies Record<MathFunction, string | undefined>;

const exactFunctions: Partial<Record<MathFunction, ModuleFunction>> = {
  sigmoid: { lines: ['/** 1 / (1 + e^-a) */', 'function sigmoid(a: number): number {', '  return 1 / (1 + Math.exp(-a));', '}'] },
  softplus: {
    lines: [
      '/** ln(1 + e^a), without overflow */',
      'function softplus(a: number): number {',
      '  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));',
      '}',
    ],
  },
};

/**
 * 2^f - 1 by a polynomial of degree 7 with the least largest relative error, 2.3e-10. The functions that use it compute in float64, and
 * are short: V8 gives up inlining where a function has become too long, and what is not inlined returns a number on the heap.
 */
const powerOfTwoMinusOne: ModuleFunction = {
  lines: [
    '/** 2^f - 1, for f within ±½. */',
    'function powerOfTwoMinusOne(f: number): number {',
    '  return f * (0.6931471805815681 + f * (0.24022650920051342 + f * (0.055504107276026164 + f * (0.009618057037069938 + f * (0.0013333669445342792 + f * (0.0001546132987878527 + f * 0.000015252721483884176))))));',
    '}',
  ],
};

const powersOfTwo: ModuleFunction = {
  lines: ['/** 2^-128 … 2^128. */', 'const powersOfTwo = Float64Array.from({ length: 257 }, (_, n) => 2 ** (n - 128));'],
};

/** Where the result is 0, subnormal in float32, infinite or NaN, the platform's function gives it. */
const fastExponential: ModuleFunction = {
  lines: [
    '/** e^a to float32 accuracy: 2^(n - 128) · 2^f, f within ±½. */',
    'function exponential(a: number): number {',
    '  if (!(a > -87.3 && a < 88.8)) return Math.exp(a);',
    '  const scaled = a * 1.4426950408889634 + 128;',
    '  const n = scaled + 0.5 | 0;',
    '  return powersOfTwo[n]! * (1 + powerOfTwoMinusOne(scaled - n));',
    '}',
  ],
  needs: { powersOfTwo, powerOfTwoMinusOne },
};

/**
 * h is p (2^f - 1) - (1 - p) with p = 2^(n - 128). Nothing cancels near 0, where p is 1, so that there is no branch to be guessed;
 * and a -0 stays one. Beyond ±40, and long before, tanh is ±1; e^2a must be in the table of powers.
 */
const fastTanh: ModuleFunction = {
  lines: [
    '/** tanh a to float32 accuracy: h / (h + 2) with h = e^2a - 1, and e^2a = 2^(n - 128) · 2^f, f within ±½. */',
    'function hyperbolicTangent(a: number): number {',
    '  if (!(a > -40 && a < 40)) return Math.sign(a);',
    '  const scaled = a * 2.8853900817779268;',
    '  const n = scaled + 128.5 | 0;',
    '  const power = powersOfTwo[n]!;',
    '  const h = power * powerOfTwoMinusOne(scaled - (n - 128)) - (1 - power);',
    '  return h / (h + 2);',
    '}',
  ],
  needs: { powersOfTwo, powerOfTwoMinusOne },
};

/** Each is within 0.57 ulp of float32 of the exact value, once it is rounded: 0.5 are the rounding's own. */
const fastFunctions: Partial<Record<MathFunction, ModuleFunction>> = {
  exp: fastExponential,
  sigmoid: {
    lines: ['/** 1 / (1 + e^-a) to float32 accuracy */', 'function sigmoid(a: number): number {', '  return 1 / (1 + exponential(-a));', '}'],
    needs: { exponential: fastExponential },
  },
  tanh: fastTanh,
};

const fastNames: Partial<Record<MathFunction, string>> = { exp: 'exponential', tanh: 'hyperbolicTangent' };

/** Gives the name of each maths function, and collects the definitions that the module needs. */
export class MathFunctions {
  readonly #used = new Map<string, readonly string[]>();

  constructor(private readonly mode: MathMode) {}

  name(name: MathFunction): string {
    const definition = this.mode === 'fast' ? (fastFunctions[name] ?? exactFunctions[name]) : exactFunctions[name];
    if (definition === undefined) return platform[name] ?? name;
    const own = this.mode === 'fast' ? (fastNames[name] ?? name) : name;
    this.#use(own, definition);
    return own;
  }

  #use(name: string, { lines, needs = {} }: ModuleFunction): void {
    this.#used.set(name, lines);
    for (const [own, definition] of Object.entries(needs)) this.#use(own, definition);
  }

  /** The definitions, before the functions that call them. */
  definitions(): string[] {
    return [...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, lines]) => [...lines, '']);
  }
}
