import { mul, sub } from '../declare/elementwise-operations.js';
import { adamRule, adamSlots } from './adam.js';
import type { AdamOptions } from './adam.js';
import { defineOptimizer, repeated } from './optimizer.js';
import type { OptimizerDefinition } from './optimizer.js';
import type { WeightDecay } from './weight-decay.js';

export interface AdamWOptions extends AdamOptions {
  /** λ; every parameter, biases included, shrinks by `η λ p` per step, or each by its own λ. 0.01 unless stated. */
  readonly weightDecay?: WeightDecay;
}

/**
 * Adam with decoupled weight decay: `p ← p - η λ p`, then the step of Adam. Loshchilov & Hutter 2019, "Decoupled Weight
 * Decay Regularization", algorithm 2, with the decay scaled by the learning rate as in PyTorch.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function adamw({ weightDecay = 0.01, clipNorm, clipValue, ...options }: AdamWOptions = {}): OptimizerDefinition {
  const step = adamRule(options);
  return defineOptimizer(
    'adamw',
    adamSlots,
    (values) => {
      const { parameters, learningRate, weightDecay: decay } = values;
      const rate = typeof decay === 'number' ? repeated(mul(learningRate, decay)) : mul(repeated(learningRate), decay);
      const decayed = sub(parameters, mul(rate, parameters));
      return step({ ...values, parameters: decayed });
    },
    { clipNorm, clipValue, weightDecay },
  );
}
