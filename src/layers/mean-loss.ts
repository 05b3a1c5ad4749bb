import { sum } from '../declare/index.js';
import type { Loss } from '../declare/index.js';
import { Expression } from '../declare/expression.js';
import { Dim } from '../graph/dim.js';
import { scalarConstant } from '../ops/construct.js';

/** The mean of all elements, over steps and examples too. */
export function meanLoss(losses: Expression): Loss {
  const { declaration, node } = losses;
  const { shape } = node.type;
  return {
    total: shape.length === 0 ? (losses as Expression<readonly []>) : sum(losses),
    count: new Expression<readonly []>(declaration, scalarConstant(declaration.builder, Dim.product(shape))),
  };
}
