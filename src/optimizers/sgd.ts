import { add, mul, sub } from '../declare/elementwise-operations.js';
import { checkHyperparameter, defineOptimizer, repeated } from './optimizer.js';
import type { OptimizerDefinition, OptimizerOptions } from './optimizer.js';
import { penalized } from './weight-decay.js';
import type { WeightDecay } from './weight-decay.js';

export interface SgdOptions extends OptimizerOptions {
  /** μ; 0 (plain gradient descent) when left out. */
  readonly momentum?: number;
  /** Steps along the gradient at the point where the momentum leads; needs a momentum. */
  readonly nesterov?: boolean;
  /** λ of the penalty `λ/2 · |p|²`, whose gradient `λ p` is added after clipping. */
  readonly weightDecay?: WeightDecay;
}

/**
 * Gradient descent, `p ← p - η u` with `u ← μ u + g`, `u₀ = 0`. The learning rate is outside of the velocity, as in
 * PyTorch, so that changing it acts at once.
 *
 * Polyak 1964, "Some methods of speeding up the convergence of iteration methods", eq. 9 for the momentum; with
 * `nesterov`, `p ← p - η (g + μ u)`: Sutskever et al. 2013, "On the importance of initialization and momentum in deep
 * learning", eqs. 3 and 4, in the variables of the look-ahead point.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function sgd({ momentum = 0, nesterov = false, ...options }: SgdOptions = {}): OptimizerDefinition {
  checkHyperparameter('momentum', momentum, 0, 1);
  if (nesterov && momentum === 0) throw new RangeError('nesterov needs a momentum above 0');
  if (momentum === 0) {
    return defineOptimizer(
      'sgd',
      [],
      (values) => ({
        parameters: sub(values.parameters, mul(repeated(values.learningRate), penalized(values))),
        slots: {},
      }),
      options,
    );
  }
  return defineOptimizer(
    'sgd',
    ['velocity'],
    (values) => {
      const { parameters, learningRate, slots } = values;
      const gradient = penalized(values);
      const velocity = add(mul(momentum, slots.velocity), gradient);
      const direction = nesterov ? add(gradient, mul(momentum, velocity)) : velocity;
      return { parameters: sub(parameters, mul(repeated(learningRate), direction)), slots: { velocity } };
    },
    options,
  );
}
