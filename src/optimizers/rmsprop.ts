import { add, div, mul, sqrt, square, sub } from '../declare/elementwise-operations.js';
import { checkHyperparameter, defineOptimizer, repeated } from './optimizer.js';
import type { FlatVector, OptimizerDefinition, OptimizerOptions, Scalar } from './optimizer.js';
import { penalized } from './weight-decay.js';

export interface RmspropOptions extends OptimizerOptions {
  /** α, the decay of the mean of the squares; 0.99 unless stated. */
  readonly alpha?: number;
  /** Added to the root of that mean; 1e-8 unless stated. */
  readonly epsilon?: number;
  /** μ; 0 when left out. */
  readonly momentum?: number;
}

/**
 * RMSProp: steps along the gradient over the root of the mean of its squares, `v ← α v + (1-α) g²`, `d = g / (√v + ε)`,
 * `p ← p - η d`; with a momentum `u ← μ u + d`, `p ← p - η u`. A weight decay λ adds `λ p` to the gradient. Tieleman & Hinton
 * 2012, "Neural Networks for Machine Learning", lecture 6.5; with ε outside of the root, and the learning rate outside of the
 * momentum, as in PyTorch.
 *
 * @throws RangeError for a hyperparameter out of range
 */
export function rmsprop({ alpha = 0.99, epsilon = 1e-8, momentum = 0, ...options }: RmspropOptions = {}): OptimizerDefinition {
  checkHyperparameter('alpha', alpha, 0, 1);
  checkHyperparameter('epsilon', epsilon, 0);
  checkHyperparameter('momentum', momentum, 0, 1);
  const scaled = (gradient: FlatVector, meanSquare: FlatVector): FlatVector => div(gradient, add(sqrt(meanSquare), epsilon));
  const average = (gradient: FlatVector, meanSquare: FlatVector): FlatVector => add(mul(alpha, meanSquare), mul(1 - alpha, square(gradient)));
  const along = (parameters: FlatVector, learningRate: Scalar, direction: FlatVector): FlatVector => sub(parameters, mul(repeated(learningRate), direction));
  if (momentum === 0) {
    return defineOptimizer(
      'rmsprop',
      ['meanSquare'],
      (values) => {
        const gradient = penalized(values);
        const meanSquare = average(gradient, values.slots.meanSquare);
        return { parameters: along(values.parameters, values.learningRate, scaled(gradient, meanSquare)), slots: { meanSquare } };
      },
      options,
    );
  }
  return defineOptimizer(
    'rmsprop',
    ['meanSquare', 'velocity'],
    (values) => {
      const gradient = penalized(values);
      const meanSquare = average(gradient, values.slots.meanSquare);
      const velocity = add(mul(momentum, values.slots.velocity), scaled(gradient, meanSquare));
      return { parameters: along(values.parameters, values.learningRate, velocity), slots: { meanSquare, velocity } };
    },
    options,
  );
}
