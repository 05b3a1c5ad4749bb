import type { MathFunction } from '../../ops/op.js';

/** A function that a module defines for itself, and what it needs besides. */
interface ModuleFunction {
  readonly lines: readonly string[];
  readonly needs?: readonly string[];
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
 * 2^f on ±½ by a polynomial of degree 6 with the least largest relative error, 2.0e-9, times a power of two: computed in
 * float64, it is 0.54 ulp of float32 from e^a. Where the result is 0, subnormal in float32, infinite or NaN, the platform's
 * function gives it.
 */
const fastExponential: ModuleFunction = {
  lines: [
    '/** e^a to float32 accuracy: 2^n · 2^f, f within ±½. */',
    'function exponential(a: number): number {',
    '  if (!(a > -87.3 && a < 88.8)) return Math.exp(a);',
    '  const scaled = a * 1.4426950408889634;',
    '  const n = Math.round(scaled);',
    '  const f = scaled - n;',
    '  return powersOfTwo[n + 128]! * (1 + f * (0.6931472028551281 + f * (0.24022647913619577 + f * (0.055503324710264604 + f * (0.009618437358300574 + f * (0.0013398874445536939 + f * 0.00015353361814499956))))));',
    '}',
  ],
};

/** Each is within 0.57 ulp of float32 of the exact value, once it is rounded: 0.5 are the rounding's own. */
const fastFunctions: Partial<Record<MathFunction, ModuleFunction>> = {
  exp: fastExponential,
  sigmoid: {
    lines: ['/** 1 / (1 + e^-a) to float32 accuracy */', 'function sigmoid(a: number): number {', '  return 1 / (1 + exponential(-a));', '}'],
    needs: ['exponential'],
  },
  tanh: {
    lines: [
      '/** tanh a to float32 accuracy; by its series near 0, where 1 - 2 / (e^2a + 1) cancels. */',
      'function hyperbolicTangent(a: number): number {',
      '  if (a > -0.3 && a < 0.3) {',
      '    const q = a * a;',
      '    return a * (1 + q * (-0.3333333333333333 + q * (0.13333333333333333 + q * (-0.05396825396825397 + q * (0.021869488536155203 + q * -0.008863235529902197)))));',
      '  }',
      '  return 1 - 2 / (exponential(2 * a) + 1);',
      '}',
    ],
    needs: ['exponential'],
  },
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
    this.#used.set(own, definition.lines);
    if (definition.needs?.includes('exponential') === true) this.#used.set('exponential', fastExponential.lines);
    return own;
  }

  /** The definitions, before the functions that call them. */
  definitions(): string[] {
    const table = this.#used.has('exponential')
      ? ['/** 2^-128 … 2^128. */', 'const powersOfTwo = Float64Array.from({ length: 257 }, (_, n) => 2 ** (n - 128));', '']
      : [];
    return [...table, ...[...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, lines]) => [...lines, ''])];
  }
}
