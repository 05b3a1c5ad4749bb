import { mul, sub } from '../declare/elementwise-operations.js';
import { adamRule, adamSlots } from './adam.js';
import type { AdamOptions } from './adam.js';
import { checkHyperparameter, defineOptimizer, repeated } from './optimizer.js';
import type { OptimizerDefinition } from './optimizer.js';

export interface AdamWOptions extends AdamOptions {
  /** λ; every parameter, biases included, shrinks by `η λ p` per step. 0.01 unless stated. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay: `p ← p - η λ p`, then the step of Adam. Loshchilov & Hutter 2019, "Decoupled Weight
 * Decay Regularization", algorithm 2, with the decay scaled by the learning rate as in PyTorch.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function adamw({ weightDecay = 0.01, clipNorm, ...options }: AdamWOptions = {}): OptimizerDefinition {
  checkHyperparameter('weightDecay', weightDecay, 0);
  const step = adamRule(options);
  return defineOptimizer(
    'adamw',
    adamSlots,
    (values) => {
      const { parameters, learningRate } = values;
      const decayed = sub(parameters, mul(repeated(mul(learningRate, weightDecay)), parameters));
      return step({ ...values, parameters: decayed });
    },
    { clipNorm },
  );
}
