import { div, min } from '../declare/elementwise-operations.js';
import type { Expression } from '../declare/expression.js';

/**
 * The factor `min(1, clipNorm / norm)` that brings gradients of a global norm to at most `clipNorm`. Exact: no ε is added
 * to the norm. Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
 *
 * @throws RangeError when `clipNorm` is not positive and finite
 */
export function clippingFactor(norm: Expression<readonly []>, clipNorm: number): Expression<readonly []> {
  if (!(clipNorm > 0 && clipNorm < Infinity)) {
    throw new RangeError(`clipNorm must be a positive number, not ${clipNorm}; leave it out for no clipping`);
  }
  // A norm of 0 gives min(1, ∞) = 1: a positive numerator keeps this free of 0/0.
  return min(1, div(clipNorm, norm));
}
