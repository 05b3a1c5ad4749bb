import { clip, mul, sub } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { reduceLoss } from './reduce-loss.js';
import type { LossOptions } from './reduce-loss.js';

export interface HuberLossOptions extends LossOptions {
  /** δ: how large an error is whose square still counts; 1 unless stated. */
  readonly delta?: number;
}

/**
 * The mean over all elements, steps and examples of `e² / 2` for an error `e = prediction - target` of at most δ, and
 * `δ (|e| - δ/2)` for a larger one: errors beyond δ pull no harder than δ. Huber 1964, "Robust Estimation of a Location
 * Parameter", section 3; as in PyTorch's `huber_loss`.
 *
 * @throws RangeError for a δ that is not positive and finite
 * @throws DeclarationError where the two have different shapes
 */
export function huberLoss<S extends Shape>(prediction: Expression<S>, target: Expression<S>, { delta = 1, ...options }: HuberLossOptions = {}): Loss {
  if (!(delta > 0 && delta < Infinity)) throw new RangeError(`delta must be a positive number, not ${String(delta)}`);
  const error = sub<S>(prediction, target);
  // With c = clip(e, -δ, δ) both cases are c (e - c/2).
  const near = clip<S>(error, -delta, delta);
  return reduceLoss(mul<S>(near, sub<S>(error, mul<S>(0.5, near))), options);
}
