import { add, div, expm1, mul, neg, sqrt, square, sub } from '../declare/elementwise-operations.js';
import { checkHyperparameter, defineOptimizer, repeated } from './optimizer.js';
import type { ClippingOptions, OptimizerDefinition, Scalar, UpdateResult, UpdateValues } from './optimizer.js';

export interface AdamOptions extends ClippingOptions {
  /** Decay of the mean of the gradients; 0.9 unless stated. */
  readonly beta1?: number;
  /** Decay of the mean of their squares; 0.999 unless stated. */
  readonly beta2?: number;
  /** Added to the root of the second moment; 1e-8 unless stated. */
  readonly epsilon?: number;
}

export type AdamSlot = 'firstMoment' | 'secondMoment';
export const adamSlots: readonly AdamSlot[] = ['firstMoment', 'secondMoment'];

/**
 * Adam: steps along the mean of the gradients over the root of the mean of their squares, both corrected for their start
 * at zero. Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function adam({ clipNorm, clipValue, ...options }: AdamOptions = {}): OptimizerDefinition {
  return defineOptimizer('adam', adamSlots, adamRule(options), { clipNorm, clipValue });
}

/**
 * `m ← β₁ m + (1-β₁) g`, `v ← β₂ v + (1-β₂) g²`, `p ← p - η (m / (1-β₁ᵏ)) / (√(v / (1-β₂ᵏ)) + ε)` at step k.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function adamRule({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: Omit<AdamOptions, keyof ClippingOptions>) {
  checkHyperparameter('beta1', beta1, 0, 1);
  checkHyperparameter('beta2', beta2, 0, 1);
  checkHyperparameter('epsilon', epsilon, 0);
  return ({ parameters, gradients, slots, learningRate, stepCount }: UpdateValues<AdamSlot>): UpdateResult<AdamSlot> => {
    const firstMoment = add(mul(beta1, slots.firstMoment), mul(1 - beta1, gradients));
    const secondMoment = add(mul(beta2, slots.secondMoment), mul(1 - beta2, square(gradients)));
    // The corrections are scalars, so that an element costs one root and one division.
    const stepSize = div(learningRate, biasCorrection(beta1, stepCount));
    const rootScale = div(1, sqrt(biasCorrection(beta2, stepCount)));
    const deviation = add(mul(repeated(rootScale), sqrt(secondMoment)), epsilon);
    const step = div(mul(repeated(stepSize), firstMoment), deviation);
    return { parameters: sub(parameters, step), slots: { firstMoment, secondMoment } };
  };
}

/** `1 - βᵏ`. In float32, 1 - 0.999 keeps four digits only; `-expm1(k ln β)` keeps all of them. */
function biasCorrection(beta: number, stepCount: Scalar): Scalar {
  return neg(expm1(mul(Math.log(beta), stepCount)));
}
