import { square, sub } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { reduceLoss } from './reduce-loss.js';
import type { LossOptions } from './reduce-loss.js';

/**
 * The mean (unless told otherwise) over all elements, steps and examples of `(prediction - target)²`; no factor ½.
 *
 * @throws DeclarationError where the two have different shapes
 */
export function meanSquaredError<S extends Shape>(prediction: Expression<S>, target: Expression<S>, options: LossOptions = {}): Loss {
  return reduceLoss(square(sub(prediction, target)), options);
}
