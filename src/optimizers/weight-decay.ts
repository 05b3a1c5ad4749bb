import { add, mul } from '../declare/elementwise-operations.js';
import { checkHyperparameter } from './optimizer.js';
import type { FlatVector, UpdateValues } from './optimizer.js';

/** A parameter as a group of parameters is told by: its name (`L0.W_z`) and its number of axes. */
export interface DecayedParameter {
  readonly name: string;
  readonly rank: number;
}

/** One rate for all parameters, or what gives each its own: 0 for those that do not decay. */
export type WeightDecay = number | ((parameter: DecayedParameter) => number);

/** Matrices decay, while biases, gains and other vectors do not. */
export const decayMatrices =
  (rate: number): WeightDecay =>
  ({ rank }) =>
    rank > 1 ? rate : 0;

/** `g + λ p`: the gradient of the loss with the penalty `λ/2 · |p|²`. */
export function penalized({ gradients, parameters, weightDecay }: Pick<UpdateValues<never>, 'gradients' | 'parameters' | 'weightDecay'>): FlatVector {
  return weightDecay === 0 ? gradients : add(gradients, mul(weightDecay, parameters));
}

/** The rate of one parameter; throws a `RangeError` where it is none. */
export function decayOf(decay: (parameter: DecayedParameter) => number, parameter: DecayedParameter): number {
  const rate = decay(parameter);
  checkHyperparameter(`the weightDecay of '${parameter.name}'`, rate, 0);
  return rate;
}
