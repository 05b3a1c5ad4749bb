import { broadcastTo, isEqual, one, product, quotient, selectNode, total, zero } from './construct.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Binding } from './op.js';
import type { Op } from './op.js';
import { reduceSum } from './reduce-sum.js';
import { batchReduction, reducedType, reduceTensor } from './reduction.js';
import type { ReduceAttributes } from './reduction.js';

/**
 * The maximum over some axes; NaN if any element is. Ties share the slope evenly, as PyTorch's `amax`.
 *
 * ∂y/∂x_k = [x_k = y] / n, n the number of elements equal to y
 */
export const reduceMax: Op<ReduceAttributes> = {
  name: 'reduceMax',
  family: 'special',
  resultTypes: ([type], attributes) => [reducedType('max', type, attributes)],
  evaluate: ([tensor], attributes, [shape]) =>
    tensor === undefined ? [] : [reduceTensor(tensor, attributes, shape ?? [], -Infinity, (a, b) => Math.max(a, b))],
  vjp({ builder, node, cotangents: [cotangent], result }, attributes) {
    const [operand] = node.operands;
    if (cotangent === undefined || operand === undefined) return [];
    const { share, spread } = shares(builder, operand, result(0), attributes);
    return [product(builder, spread(cotangent), share)];
  },
  jvp({ builder, node, tangents: [tangent], result }, attributes) {
    const [operand] = node.operands;
    if (tangent === undefined || operand === undefined) return [];
    const { share } = shares(builder, operand, result(0), attributes);
    return [builder.node(reduceSum, [product(builder, tangent, share)], attributes)];
  },
  batch({ builder }, [operand], attributes) {
    const { axes, axis } = batchReduction(operand, attributes);
    return operand === undefined ? [] : [{ node: builder.node(reduceMax, [operand.node], { axes }), axis }];
  },
  lowering: { kind: 'reduce', combine: 'max', axes: ({ axes }) => axes },
  text: ([a]) => `max(${String(a)})`,
  tex: ([a]) => `\\max(${String(a)})`,
  binding: Binding.atom,
};

/** Which part of the slope each element takes, in the operand's shape. */
function shares(builder: GraphBuilder, operand: Node, maximum: Node, { axes }: ReduceAttributes) {
  const { shape } = operand.type;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const spread = (node: Node): Node => broadcastTo(builder, node, shape, kept);
  const equal = isEqual(builder, operand, spread(maximum));
  const chosen = selectNode(builder, equal, one(builder, operand), zero(builder, operand));
  const count = builder.node(reduceSum, [chosen], { axes });
  // A maximum that is NaN equals nothing: the count is then 1 instead of 0, so that no 0/0 arises.
  const nothing = isEqual(builder, count, zero(builder, count));
  const safe = selectNode(builder, nothing, total(builder, count, one(builder, count)), count);
  return { share: quotient(builder, chosen, spread(safe)), spread };
}
