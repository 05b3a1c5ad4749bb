import { clip } from '../declare/elementwise-operations.js';
import type { FlatVector } from './optimizer.js';

/**
 * Each element of the gradients, brought into `[-clipValue, clipValue]`. Changes the direction of the step, unlike clipping by
 * the norm. Mikolov 2012, "Statistical Language Models Based on Neural Networks", section 3.2.2.
 *
 * @throws RangeError when `clipValue` is not positive and finite
 */
export function clippedByValue(gradients: FlatVector, clipValue: number): FlatVector {
  if (!(clipValue > 0 && clipValue < Infinity)) {
    throw new RangeError(`clipValue must be a positive number, not ${String(clipValue)}; leave it out for no clipping`);
  }
  return clip(gradients, -clipValue, clipValue);
}
