import { sameShape } from '../../graph/dim.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { broadcastTo } from '../../ops/construct.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import { unary } from './match.js';
import type { RewriteRule } from './rule.js';

/** Broadcasts move towards the results, so that work is done on the small value; other rearrangements cancel. */

export const wholeBroadcast: RewriteRule = {
  name: 'wholeBroadcast',
  flag: 'exact',
  reason: 'a broadcast along no new axis is its operand',
  apply(node) {
    const operand = unary(node, broadcast);
    return operand !== undefined && operand.type.shape.length === node.type.shape.length ? operand : undefined;
  },
};

export const broadcastOfBroadcast: RewriteRule = {
  name: 'broadcastOfBroadcast',
  flag: 'exact',
  reason: 'a value repeated twice is repeated once along the axes of both',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, broadcast) || inner === undefined || !isNode(inner, broadcast)) return undefined;
    const [value] = inner.operands;
    const axes = inner.attributes.axes.flatMap((axis) => node.attributes.axes[axis] ?? []);
    return value && builder.node(broadcast, [value], { shape: node.attributes.shape, axes });
  },
};

export const elementwiseOfBroadcasts: RewriteRule = {
  name: 'elementwiseOfBroadcasts',
  flag: 'exact',
  reason: 'what is the same along an axis is computed once; an operand that is no broadcast along it keeps all as it is',
  apply(node, builder) {
    if (node.op.family !== 'elementwise') return undefined;
    const { shape } = node.type;
    const used = new Set<number>();
    const operands: { value: Node; axes: readonly number[] }[] = [];
    for (const operand of node.operands) {
      const [value] = operand.operands;
      if (!isNode(operand, broadcast) || value === undefined) return undefined;
      for (const axis of operand.attributes.axes) used.add(axis);
      operands.push({ value, axes: operand.attributes.axes });
    }
    if (used.size === shape.length) return undefined;
    const kept = [...used].sort((a, b) => a - b);
    const small = kept.flatMap((axis) => shape[axis] ?? []);
    const values = operands.map(({ value, axes }) => broadcastTo(builder, value, small, axes.map((axis) => kept.indexOf(axis))));
    return builder.node(broadcast, [builder.node(node.op, values, node.attributes)], { shape, axes: kept });
  },
};

export const identityTranspose: RewriteRule = {
  name: 'identityTranspose',
  flag: 'exact',
  reason: 'axes that keep their order are no transpose; fewer than two always do',
  apply(node) {
    const [operand] = node.operands;
    return isNode(node, transpose) && node.attributes.permutation.every((axis, k) => axis === k) ? operand : undefined;
  },
};

export const transposeOfTranspose: RewriteRule = {
  name: 'transposeOfTranspose',
  flag: 'exact',
  reason: 'two reorderings of axes are one',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, transpose) || inner === undefined || !isNode(inner, transpose)) return undefined;
    const [value] = inner.operands;
    const permutation = node.attributes.permutation.flatMap((axis) => inner.attributes.permutation[axis] ?? []);
    return value && builder.node(transpose, [value], { permutation });
  },
};

export const transposeOfBroadcast: RewriteRule = {
  name: 'transposeOfBroadcast',
  flag: 'exact',
  reason: 'the repeated axes of a broadcast can stand anywhere; the small value is reordered instead, if at all',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, transpose) || inner === undefined || !isNode(inner, broadcast)) return undefined;
    const [value] = inner.operands;
    if (value === undefined) return undefined;
    const places = inner.attributes.axes.map((axis) => node.attributes.permutation.indexOf(axis));
    const permutation = places.map((_, k) => k).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
    const axes = [...places].sort((a, b) => a - b);
    return builder.node(broadcast, [builder.node(transpose, [value], { permutation })], { shape: node.type.shape, axes });
  },
};

export const sameShapeReshape: RewriteRule = {
  name: 'sameShapeReshape',
  flag: 'exact',
  reason: 'a reshape to the shape that a value has is that value',
  apply(node) {
    const operand = unary(node, reshape);
    return operand !== undefined && sameShape(operand.type.shape, node.type.shape) ? operand : undefined;
  },
};

export const reshapeOfReshape: RewriteRule = {
  name: 'reshapeOfReshape',
  flag: 'exact',
  reason: 'the elements keep their order through both',
  apply(node, builder) {
    const operand = unary(node, reshape);
    const value = operand && unary(operand, reshape);
    return value && builder.node(reshape, [value], { shape: node.type.shape });
  },
};

export const reshapeOfScalar: RewriteRule = {
  name: 'reshapeOfScalar',
  flag: 'exact',
  reason: 'copies of one scalar are copies of it under any shape',
  apply(node, builder) {
    const operand = unary(node, reshape);
    const value = operand && unary(operand, broadcast);
    return value?.type.shape.length === 0 ? broadcastTo(builder, value, node.type.shape, []) : undefined;
  },
};
