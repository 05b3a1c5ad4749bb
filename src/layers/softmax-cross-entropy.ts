import { broadcast as broadcastOp } from '../ops/broadcast.js';
import { equal, exp, iota, log, maximum, not, select, stopGradient, sub, sum } from '../declare/index.js';
import type { Loss } from '../declare/index.js';
import { apply } from '../declare/expression.js';
import type { Expression, Shape } from '../declare/expression.js';
import { printShape, sameShape } from '../graph/dim.js';
import { reduceLoss } from './reduce-loss.js';
import type { LossOptions } from './reduce-loss.js';

export interface SoftmaxCrossEntropyOptions extends LossOptions {
  /** A target that says that its step does not count, like -100 or the token of padding; none unless stated. */
  readonly ignoredIndex?: number;
}

/**
 * The mean over all steps and examples of `-ln softmax(logits)[target]`.
 *
 * @param logits `[…, O]`, unnormalized
 * @param target `[…]` of dtype index: the right class, less than O. A generated module checks that where the target is one of the
 *   model; elsewhere a number that is no class has no probability to raise
 * @throws RangeError for an ignored index that is no integer
 * @throws DeclarationError where the shapes or the dtype do not fit
 */
export function softmaxCrossEntropy<const Leading extends Shape>(
  logits: Expression<readonly [...Leading, string | number]>,
  target: Expression<Leading>,
  { ignoredIndex, ...options }: SoftmaxCrossEntropyOptions = {},
): Loss {
  if (ignoredIndex !== undefined && !Number.isInteger(ignoredIndex)) {
    throw new RangeError(`ignoredIndex must be an integer, not ${String(ignoredIndex)}`);
  }
  const { declaration, node } = logits;
  const { shape } = node.type;
  const leading = shape.slice(0, -1);
  const classes = shape.at(-1);
  const { type: targetType } = target.node;
  if (classes === undefined || targetType.dtype !== 'index' || !sameShape(targetType.shape, leading)) {
    throw declaration.error(
      `softmaxCrossEntropy needs logits […, O] and a target […] of dtype index, not ${printShape(shape)} and ${targetType.dtype} ${printShape(targetType.shape)}`,
    );
  }
  const rows = leading.map((_, axis) => axis);
  const perClass = (value: Expression): Expression => apply(broadcastOp, [value], { shape, axes: rows });
  const total = <S extends Shape>(value: Expression): Expression<S> => sum<S>(value, -1);
  // Taking the maximum from all logits avoids overflow, and keeps the loss of a sure and right answer from cancelling.
  const shifted = sub<Shape>(logits, perClass(stopGradient(maximum(logits, -1))));
  const isTarget = equal<Shape>(apply(broadcastOp, [iota(classes.key)], { shape, axes: [leading.length] }), perClass(target));
  const losses = sub<Shape>(log(total(exp(shifted))), total(select<Shape>(isTarget, shifted, 0)));
  declaration.limitIndices(target.node, { size: classes, except: ignoredIndex });
  if (ignoredIndex === undefined) return reduceLoss(losses, options);
  return reduceLoss(losses, options, not<Shape>(equal<Shape>(target, ignoredIndex)));
}
