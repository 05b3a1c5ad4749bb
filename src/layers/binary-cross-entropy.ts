import { add, mul, neg, softplus, sub } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { reduceLoss } from './reduce-loss.js';
import type { LossOptions } from './reduce-loss.js';

/**
 * The mean over all elements, steps and examples of `-t ln σ(l) - (1-t) ln(1-σ(l))` for a logit l and a target t.
 *
 * @param logits finite
 * @param target in the shape of the logits: 1 for yes, 0 for no, or a probability in between
 * @throws DeclarationError where the two have different shapes
 */
export function binaryCrossEntropy<S extends Shape>(logits: Expression<S>, target: Expression<S>, options: LossOptions = {}): Loss {
  // -ln σ(l) = ln(1 + e^-l). Of ln(1 + e^l) - t l, which has one function less, nothing is left where l is large and right.
  const ofYes = mul<S>(target, softplus<S>(neg<S>(logits)));
  const ofNo = mul<S>(sub<S>(1, target), softplus<S>(logits));
  return reduceLoss(add<S>(ofYes, ofNo), options);
}
