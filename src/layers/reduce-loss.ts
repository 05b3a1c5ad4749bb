import { broadcast as broadcastOp } from '../ops/broadcast.js';
import { constant, mul, select, sum } from '../declare/index.js';
import type { Loss } from '../declare/index.js';
import { apply, Expression } from '../declare/expression.js';
import type { Shape } from '../declare/expression.js';
import { Dim, printShape, sameShape } from '../graph/dim.js';
import { scalarConstant } from '../ops/construct.js';

/** How the losses of elements become one number. */
export interface LossOptions {
  /**
   * How much each step counts, not below 0: as many of the leading axes of the losses as it has. A mean is the weighted mean,
   * `Σ w l / Σ w`. All count 1 unless stated.
   */
  readonly weights?: Expression;
  /** `'mean'` (unless stated) over all elements, steps and examples, or their `'sum'`; over those that count and are there. */
  readonly reduction?: 'mean' | 'sum';
}

/**
 * The mean or the sum of losses, over steps and examples too. Where nothing counts, both are 0.
 *
 * @param losses one for each element, of any shape
 * @param counted truth values in the shape of the losses: which ones count; all when left out
 * @throws DeclarationError where the weights do not fit
 */
export function reduceLoss<S extends Shape>(
  losses: Expression<S>,
  { weights, reduction = 'mean' }: LossOptions,
  counted?: Expression<S>,
): Loss {
  const { shape } = losses.node.type;
  const heard = counted === undefined ? losses : select<S>(counted, losses, 0);
  const perElement = weights === undefined ? undefined : alongTrailing<S>(weights, shape);
  const total = sumOfAll(perElement === undefined ? heard : mul<S>(perElement, heard));
  if (reduction === 'sum') return { total };
  if (counted !== undefined) return { total, count: sumOfAll(select<S>(counted, perElement ?? 1, 0)) };
  if (weights === undefined) return { total, count: sizeOfShape(losses, shape) };
  const trailing = shape.slice(weights.node.type.shape.length);
  return { total, count: trailing.length === 0 ? sumOfAll(weights) : mul(sizeOfShape(losses, trailing), sumOfAll(weights)) };
}

function alongTrailing<S extends Shape>(weights: Expression, shape: readonly Dim[]): Expression<S> {
  const own = weights.node.type.shape;
  if (!sameShape(own, shape.slice(0, own.length)) || weights.node.type.dtype !== 'real') {
    throw weights.declaration.error(`the weights of a loss have its leading axes; the loss is ${printShape(shape)}, the weights ${weights.node.type.dtype} ${printShape(own)}`);
  }
  return own.length === shape.length ? (weights as Expression<S>) : apply(broadcastOp, [weights], { shape, axes: own.map((_, axis) => axis) });
}

/** A scalar has no axis to sum over. */
function sumOfAll(values: Expression): Expression<readonly []> {
  return values.node.type.shape.length === 0 ? (values as Expression<readonly []>) : sum(values);
}

function sizeOfShape({ declaration }: Expression, shape: readonly Dim[]): Expression<readonly []> {
  return new Expression(declaration, scalarConstant(declaration.builder, Dim.product(shape)));
}

/** `factor · loss`: how much one of several losses counts. */
export function scaleLoss({ total, count }: Loss, factor: number): Loss {
  const scaled = mul(constant(factor), total);
  return count === undefined ? { total: scaled } : { total: scaled, count };
}
