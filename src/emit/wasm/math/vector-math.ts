import type { MathFunction } from '../../../ops/op.js';
import type { MathMode } from '../../typescript/math-functions.js';
import type { Lane, VectorMath } from '../vector-code.js';
import {
  exactExponential, exactExponentialMinusOne, exactSigmoid, fastExponential, fastExponentialMinusOne, fastSigmoid, float64Exponential,
  float64ExponentialMinusOne, float64Sigmoid,
} from './exponential.js';
import { exactTanh, fastTanh, float64Tanh } from './hyperbolic.js';
import {
  exactLogarithm, exactLogarithmOfSum, fastLogarithm, fastLogarithmOfSum, float64Logarithm, float64LogarithmOfSum,
} from './logarithm.js';
import { absolute, floor, maximum, minimum, signum, squareRoot } from './plain.js';
import { float32Power, float64Power } from './power.js';
import { exactSoftplus, fastSoftplus, float64Softplus } from './softplus.js';
import { exactCosine, exactSine, fastCosine, fastSine, float64Cosine, float64Sine } from './trigonometric.js';

type Functions = Readonly<Record<MathFunction, VectorMath>>;

const plain = { sqrt: squareRoot, floor, abs: absolute, sign: signum, min: minimum, max: maximum };

/** A few units in the last place, in the fewest instructions. */
const fastFloat32: Functions = {
  ...plain,
  exp: fastExponential,
  expm1: fastExponentialMinusOne,
  log: fastLogarithm,
  log1p: fastLogarithmOfSum,
  tanh: fastTanh,
  sigmoid: fastSigmoid,
  softplus: fastSoftplus,
  sin: fastSine,
  cos: fastCosine,
  pow: float32Power,
};

/** Computed in float64 and rounded once. */
const exactFloat32: Functions = {
  ...plain,
  exp: exactExponential,
  expm1: exactExponentialMinusOne,
  log: exactLogarithm,
  log1p: exactLogarithmOfSum,
  tanh: exactTanh,
  sigmoid: exactSigmoid,
  softplus: exactSoftplus,
  sin: exactSine,
  cos: exactCosine,
  pow: float32Power,
};

const float64: Functions = {
  ...plain,
  exp: float64Exponential,
  expm1: float64ExponentialMinusOne,
  log: float64Logarithm,
  log1p: float64LogarithmOfSum,
  tanh: float64Tanh,
  sigmoid: float64Sigmoid,
  softplus: float64Softplus,
  sin: float64Sine,
  cos: float64Cosine,
  pow: float64Power,
};

const float32 = { fast: fastFloat32, exact: exactFloat32 } as const satisfies Record<MathMode, Functions>;

/** A maths function on vectors; `npm run ulp` measures the error of each. Modes differ for float32 only. */
export function vectorMath(name: MathFunction, lane: Lane, mode: MathMode): VectorMath {
  return (lane === 'f32' ? float32[mode] : float64)[name];
}
