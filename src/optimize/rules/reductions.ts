import { Dim } from '../../graph/dim.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { concat } from '../../ops/concat.js';
import { broadcastTo, fill, negate, product } from '../../ops/construct.js';
import { neg } from '../../ops/neg.js';
import { reduceMax } from '../../ops/reduce-max.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import type { ReduceAttributes } from '../../ops/reduction.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import { unary } from './match.js';
import type { RewriteRule } from './rule.js';

/** Sums and maxima over axes. Sums may be taken in another order: a matter of rounding. */

export const reduceNothing: RewriteRule = {
  name: 'reduceNothing',
  flag: 'exact',
  reason: 'a reduction over no axis is its operand',
  apply(node) {
    const reduction = reductionOf(node);
    return reduction?.axes.length === 0 ? reduction.operand : undefined;
  },
};

export const reduceUnitAxes: RewriteRule = {
  name: 'reduceUnitAxes',
  flag: 'exact',
  reason: 'a reduction over axes of size 1 drops them',
  apply(node, builder) {
    const reduction = reductionOf(node);
    if (reduction === undefined) return undefined;
    const { operand, axes } = reduction;
    const unit = axes.length > 0 && axes.every((axis) => operand.type.shape[axis]?.equals(Dim.one) === true);
    return unit ? builder.node(reshape, [operand], { shape: node.type.shape }) : undefined;
  },
};

export const sumOfSum: RewriteRule = {
  name: 'sumOfSum',
  flag: 'exact',
  reason: 'a sum of sums is one sum over the axes of both',
  apply(node, builder, isShared) {
    const [inner] = node.operands;
    if (!isNode(node, reduceSum) || inner === undefined || !isNode(inner, reduceSum) || isShared(inner)) return undefined;
    const [value] = inner.operands;
    const kept = value?.type.shape.map((_, axis) => axis).filter((axis) => !inner.attributes.axes.includes(axis));
    if (value === undefined || kept === undefined) return undefined;
    const axes = [...inner.attributes.axes, ...node.attributes.axes.flatMap((axis) => kept[axis] ?? [])].sort((a, b) => a - b);
    return builder.node(reduceSum, [value], { axes });
  },
};

export const sumOfBroadcast: RewriteRule = {
  name: 'sumOfBroadcast',
  flag: 'exact',
  reason: 'n equal terms are n times one of them; along other axes the small value is summed before it is repeated',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, reduceSum) || inner === undefined || !isNode(inner, broadcast)) return undefined;
    const [value] = inner.operands;
    if (value === undefined) return undefined;
    const { axes: summed } = node.attributes;
    const { axes: own, shape } = inner.attributes;
    const sum = builder.node(reduceSum, [value], { axes: own.flatMap((axis, k) => (summed.includes(axis) ? [k] : [])) });
    const repeated = summed.filter((axis) => !own.includes(axis));
    const copies = Dim.product(repeated.flatMap((axis) => shape[axis] ?? []));
    const scaled = repeated.length === 0 ? sum : product(builder, sum, fill(builder, copies, sum.type.shape));
    const kept = own.filter((axis) => !summed.includes(axis));
    return broadcastTo(builder, scaled, node.type.shape, kept.map((axis) => placeAfter(axis, summed)));
  },
};

export const sumOfConcat: RewriteRule = {
  name: 'sumOfConcat',
  flag: 'exact',
  reason: 'the parts are summed over other axes before they stand side by side, which moves less',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, reduceSum) || inner === undefined || !isNode(inner, concat)) return undefined;
    const { axes } = node.attributes;
    const { axis } = inner.attributes;
    if (axes.includes(axis)) return undefined;
    const sums = inner.operands.map((part) => builder.node(reduceSum, [part], { axes }));
    return builder.node(concat, sums, { axis: placeAfter(axis, axes) });
  },
};

export const sumOfNegative: RewriteRule = {
  name: 'sumOfNegative',
  flag: 'exact',
  reason: 'one sign instead of one for each term',
  apply(node, builder) {
    const [inner] = node.operands;
    const value = inner && unary(inner, neg);
    if (!isNode(node, reduceSum) || value?.type.dtype !== 'real') return undefined;
    return negate(builder, builder.node(reduceSum, [value], node.attributes));
  },
};

export const reduceOfTranspose: RewriteRule = {
  name: 'reduceOfTranspose',
  flag: 'exact',
  reason: 'the axes are reduced where they are; what is left is reordered, if at all',
  apply(node, builder) {
    const reduction = reductionOf(node);
    if (reduction === undefined || !isNode(reduction.operand, transpose)) return undefined;
    const { permutation } = reduction.operand.attributes;
    const [value] = reduction.operand.operands;
    if (value === undefined) return undefined;
    const axes = reduction.axes.flatMap((axis) => permutation[axis] ?? []).sort((a, b) => a - b);
    const left = permutation.filter((axis) => !axes.includes(axis)).map((axis) => placeAfter(axis, axes));
    return builder.node(transpose, [builder.node(node.op, [value], { axes })], { permutation: left });
  },
};

function reductionOf(node: Node): { operand: Node; axes: readonly number[] } | undefined {
  const [operand] = node.operands;
  if (operand === undefined || !(isNode<ReduceAttributes>(node, reduceSum) || isNode<ReduceAttributes>(node, reduceMax))) return undefined;
  return { operand, axes: node.attributes.axes };
}

/** Where an axis stands once others are gone. */
function placeAfter(axis: number, gone: readonly number[]): number {
  return axis - gone.filter((each) => each < axis).length;
}
