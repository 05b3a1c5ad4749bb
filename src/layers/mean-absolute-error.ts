import { abs, sub } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { reduceLoss } from './reduce-loss.js';
import type { LossOptions } from './reduce-loss.js';

/**
 * The mean over all elements, steps and examples of `|prediction - target|`; its slope is 0 where both are equal.
 *
 * @throws DeclarationError where the two have different shapes
 */
export function meanAbsoluteError<S extends Shape>(prediction: Expression<S>, target: Expression<S>, options: LossOptions = {}): Loss {
  return reduceLoss(abs(sub(prediction, target)), options);
}
