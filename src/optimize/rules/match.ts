import { Dim } from '../../graph/dim.js';
import type { GraphBuilder } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node, ValueType } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { constant } from '../../ops/constant.js';
import { broadcastTo } from '../../ops/construct.js';
import type { Op } from '../../ops/op.js';

/** The first operand of an application of an op; undefined for any other node. */
export function unary<A>(node: Node, op: Op<A>): Node | undefined {
  return isNode(node, op) ? node.operands[0] : undefined;
}

/** The first two operands of an application of an op; undefined for any other node. */
export function binary<A>(node: Node, op: Op<A>): readonly [Node, Node] | undefined {
  const [first, second] = node.operands;
  return isNode(node, op) && first !== undefined && second !== undefined ? [first, second] : undefined;
}

/** The scalar of which all elements of a node are copies, as a number, or as a size that is not known yet. */
export function repeatedConstant(node: Node): number | Dim | undefined {
  if (isNode(node, constant)) {
    const { value } = node.attributes;
    return value instanceof Dim ? (value.constantValue ?? value) : value;
  }
  const repeated = unary(node, broadcast);
  return repeated === undefined ? undefined : repeatedConstant(repeated);
}

/** The same where the scalar is a number. */
export function constantNumber(node: Node): number | undefined {
  const value = repeatedConstant(node);
  return typeof value === 'number' ? value : undefined;
}

/** Copies of one scalar in the shape and dtype of a type. */
export function constantOf(builder: GraphBuilder, value: number | Dim, { dtype, shape }: ValueType): Node {
  return broadcastTo(builder, builder.node(constant, [], { dtype, value }), shape, []);
}

/** The candidate where it may stand for the node: an index in the place of a real operand would change the dtype. */
export function sameDtype(node: Node, candidate: Node): Node | undefined {
  return candidate.type.dtype === node.type.dtype ? candidate : undefined;
}

/** All of its terms are positive; sizes are, so that the dim is not negative whatever they are. */
export function isNonNegative(dim: Dim): boolean {
  return dim.terms.every(
    ({ coefficient, atoms }) =>
      coefficient >= 0 && atoms.every((atom) => atom.kind === 'symbol' || isNonNegative(atom.numerator)),
  );
}
