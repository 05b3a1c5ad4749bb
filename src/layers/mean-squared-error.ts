import { square, sub, sum } from '../declare/index.js';
import type { Expression, Loss, Shape } from '../declare/index.js';
import { constant } from '../ops/constant.js';
import { Expression as ExpressionValue } from '../declare/expression.js';
import { Dim } from '../graph/dim.js';

/** The mean over all elements, steps and examples of `(prediction - target)²`; no factor ½. */
export function meanSquaredError<S extends Shape>(prediction: Expression<S>, target: Expression<S>): Loss {
  const { declaration } = prediction;
  const total = sum(square(sub(prediction, target)));
  const elements = Dim.product(prediction.node.type.shape);
  const count = declaration.builder.node(constant, [], { dtype: 'real', value: elements });
  return { total, count: new ExpressionValue<readonly []>(declaration, count) };
}
