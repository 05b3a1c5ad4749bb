import type { MathFunction } from '../../src/ops/op.js';
import type { Lane } from '../../src/emit/wasm/vector-code.js';
import type { MathMode } from '../../src/emit/typescript/math-functions.js';

/** Functions of one number that are approximated. */
export const approximated = ['exp', 'expm1', 'log', 'log1p', 'tanh', 'sigmoid', 'softplus', 'sin', 'cos'] as const satisfies readonly MathFunction[];
export type Approximated = (typeof approximated)[number];

/** What is promised of a function. */
export interface Bound {
  /** The largest error, in units of the last place of the exact result. */
  readonly ulp: number;
  /** The bound holds for results from this magnitude on; smaller ones come out between 0 and it. */
  readonly fromResult?: number;
  /** The bound holds for arguments from this magnitude on. */
  readonly fromArgument?: number;
  /** The bound holds for arguments up to this magnitude. */
  readonly toArgument?: number;
}

type Bounds = Readonly<Record<Approximated, Bound>>;

/** Multiples of π up to this one have exact products with its parts. */
const turns = { fast: 2 ** 13 * Math.PI, exact: 2 ** 20 * Math.PI };

const fastFloat32: Bounds = {
  exp: { ulp: 2.3, fromResult: 1.7e-38 },
  expm1: { ulp: 1.7 },
  log: { ulp: 1.5, fromArgument: 2 ** -126 },
  log1p: { ulp: 1.5 },
  tanh: { ulp: 2.6 },
  sigmoid: { ulp: 3.6, fromResult: 5.9e-39 },
  softplus: { ulp: 4, fromResult: 1.7e-38 },
  sin: { ulp: 2.6, toArgument: turns.fast },
  cos: { ulp: 2.6, toArgument: turns.fast / 2 },
};

const exactFloat32: Bounds = {
  exp: { ulp: 0.55 },
  expm1: { ulp: 0.55 },
  log: { ulp: 0.55 },
  log1p: { ulp: 0.55 },
  tanh: { ulp: 0.55 },
  sigmoid: { ulp: 0.55 },
  softplus: { ulp: 0.6 },
  sin: { ulp: 0.55, toArgument: turns.exact },
  cos: { ulp: 0.55, toArgument: turns.exact / 2 },
};

const float64: Bounds = {
  exp: { ulp: 1 },
  expm1: { ulp: 2 },
  log: { ulp: 1 },
  log1p: { ulp: 1 },
  tanh: { ulp: 2.5 },
  sigmoid: { ulp: 2.1, fromResult: 2 ** -1022 },
  softplus: { ulp: 1.6 },
  sin: { ulp: 2.2, toArgument: turns.exact },
  cos: { ulp: 2.2, toArgument: turns.exact / 2 },
};

export function boundOf(name: Approximated, lane: Lane, mode: MathMode): Bound {
  return (lane === 'f64' ? float64 : { fast: fastFloat32, exact: exactFloat32 }[mode])[name];
}

/** Of powers. In float64 the error is that of the logarithm, some 2^-59 of what its cubic term is, times the exponent: it grows with the logarithm of the result. */
export const powerBounds = {
  f32: [{ ulp: 0.55, toLogarithm: Infinity }],
  f64: [
    { ulp: 4, toLogarithm: 100 },
    { ulp: 25, toLogarithm: Infinity },
  ],
} as const satisfies Record<Lane, readonly { readonly ulp: number; readonly toLogarithm: number }[]>;

/** In float64, from which a result of float32 is judged. */
export const float64Functions: Readonly<Record<Approximated, (a: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  // Precise for very negative numbers too.
  sigmoid: (a) => (a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a))),
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  sin: Math.sin,
  cos: Math.cos,
};
