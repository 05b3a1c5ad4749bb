import { square, sub } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { meanLoss } from './mean-loss.js';

/**
 * The mean over all elements, steps and examples of `(prediction - target)²`; no factor ½.
 *
 * @throws DeclarationError where the two have different shapes
 */
export function meanSquaredError<S extends Shape>(prediction: Expression<S>, target: Expression<S>): Loss {
  return meanLoss(square(sub(prediction, target)));
}
