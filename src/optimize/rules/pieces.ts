import { Dim } from '../../graph/dim.js';
import type { GraphBuilder } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { concat } from '../../ops/concat.js';
import { broadcastTo, resultOf } from '../../ops/construct.js';
import { pad } from '../../ops/pad.js';
import { result } from '../../ops/result.js';
import { isWhole, slice } from '../../ops/slice.js';
import { split } from '../../ops/split.js';
import { constantOf, isNonNegative } from './match.js';
import type { RewriteRule } from './rule.js';

/** Values cut into pieces and put together again. */

export const wholeSlice: RewriteRule = {
  name: 'wholeSlice',
  flag: 'exact',
  reason: 'all of an axis is no slice',
  apply(node) {
    const [operand] = node.operands;
    return operand !== undefined && isNode(node, slice) && isWhole(operand.type, node.attributes) ? operand : undefined;
  },
};

export const sliceOfSlice: RewriteRule = {
  name: 'sliceOfSlice',
  flag: 'exact',
  reason: 'a part of a part is a part',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, slice) || inner === undefined || !isNode(inner, slice)) return undefined;
    const [value] = inner.operands;
    const { axis, start, length } = node.attributes;
    if (value === undefined || inner.attributes.axis !== axis) return undefined;
    return builder.node(slice, [value], { axis, start: inner.attributes.start.plus(start), length });
  },
};

export const emptyPad: RewriteRule = {
  name: 'emptyPad',
  flag: 'exact',
  reason: 'no zeros before and none after',
  apply(node) {
    const [operand] = node.operands;
    if (!isNode(node, pad)) return undefined;
    const { before, after } = node.attributes;
    return before.equals(Dim.zero) && after.equals(Dim.zero) ? operand : undefined;
  },
};

export const padOfPad: RewriteRule = {
  name: 'padOfPad',
  flag: 'exact',
  reason: 'zeros around zeros are one run of zeros',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, pad) || inner === undefined || !isNode(inner, pad)) return undefined;
    const [value] = inner.operands;
    const { axis, before, after } = node.attributes;
    if (value === undefined || inner.attributes.axis !== axis) return undefined;
    return builder.node(pad, [value], { axis, before: before.plus(inner.attributes.before), after: after.plus(inner.attributes.after) });
  },
};

export const sliceOfPad: RewriteRule = {
  name: 'sliceOfPad',
  flag: 'exact',
  reason: 'a part that lies within what was padded, or within the zeros',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, slice) || inner === undefined || !isNode(inner, pad)) return undefined;
    const [value] = inner.operands;
    const { axis, start, length } = node.attributes;
    const size = value?.type.shape[axis];
    if (value === undefined || size === undefined || inner.attributes.axis !== axis) return undefined;
    const from = start.minus(inner.attributes.before);
    const behind = from.minus(size);
    if (isNonNegative(from) && isNonNegative(behind.plus(length).times(-1))) {
      return builder.node(slice, [value], { axis, start: from, length });
    }
    const inZeros = isNonNegative(behind) || isNonNegative(from.plus(length).times(-1));
    return inZeros ? constantOf(builder, 0, node.type) : undefined;
  },
};

export const sliceOfBroadcast: RewriteRule = {
  name: 'sliceOfBroadcast',
  flag: 'exact',
  reason: 'fewer copies, or copies of a part',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, slice) || inner === undefined || !isNode(inner, broadcast)) return undefined;
    const [value] = inner.operands;
    const { axis, start, length } = node.attributes;
    return value && pieceOfBroadcast(builder, node, inner.attributes.axes, value, axis, (small, own) =>
      builder.node(slice, [small], { axis: own, start, length }),
    );
  },
};

export const splitOfBroadcast: RewriteRule = {
  name: 'splitOfBroadcast',
  flag: 'exact',
  reason: 'fewer copies, or copies of a part',
  apply(node, builder) {
    const part = partOf(node);
    if (part === undefined || !isNode(part.whole, broadcast)) return undefined;
    const [value] = part.whole.operands;
    const { axis, lengths, index } = part;
    return value && pieceOfBroadcast(builder, node, part.whole.attributes.axes, value, axis, (small, own) =>
      resultOf(builder, builder.node(split, [small], { axis: own, lengths }), index),
    );
  },
};

function pieceOfBroadcast(
  builder: GraphBuilder,
  node: Node,
  axes: readonly number[],
  value: Node,
  axis: number,
  cut: (value: Node, axis: number) => Node,
): Node {
  const own = axes.indexOf(axis);
  return broadcastTo(builder, own < 0 ? value : cut(value, own), node.type.shape, axes);
}

export const sliceOfConcat: RewriteRule = {
  name: 'sliceOfConcat',
  flag: 'exact',
  reason: 'a stretch that consists of whole parts, or that lies within one',
  apply(node, builder) {
    const [inner] = node.operands;
    if (!isNode(node, slice) || inner === undefined || !isNode(inner, concat)) return undefined;
    const { axis, start, length } = node.attributes;
    return inner.attributes.axis === axis ? stretchOf(builder, inner.operands, axis, start, length) : undefined;
  },
};

export const splitOfConcat: RewriteRule = {
  name: 'splitOfConcat',
  flag: 'exact',
  reason: 'what was put together is taken apart again at the same places',
  apply(node, builder) {
    const part = partOf(node);
    if (part === undefined || !isNode(part.whole, concat) || part.whole.attributes.axis !== part.axis) return undefined;
    const start = Dim.sum(part.lengths.slice(0, part.index));
    const length = part.lengths[part.index] ?? Dim.zero;
    return stretchOf(builder, part.whole.operands, part.axis, start, length);
  },
};

/** `length` elements from `start` of parts side by side, where no more than one part must be cut. */
function stretchOf(builder: GraphBuilder, parts: readonly Node[], axis: number, start: Dim, length: Dim): Node | undefined {
  const end = start.plus(length);
  const found: Node[] = [];
  let at = Dim.zero;
  for (const part of parts) {
    const next = at.plus(part.type.shape[axis] ?? Dim.zero);
    if (found.length > 0 || at.equals(start)) found.push(part);
    if (found.length > 0 && next.equals(end)) {
      const [only] = found;
      return found.length === 1 ? only : builder.node(concat, found, { axis });
    }
    if (isNonNegative(start.minus(at)) && isNonNegative(next.minus(end))) {
      return builder.node(slice, [part], { axis, start: start.minus(at), length });
    }
    at = next;
  }
  return undefined;
}

export const splitOfOne: RewriteRule = {
  name: 'splitOfOne',
  flag: 'exact',
  reason: 'the only part is the whole',
  apply: (node) => (isNode(node, split) && node.results.length === 1 ? node.operands[0] : undefined),
};

export const concatOfOne: RewriteRule = {
  name: 'concatOfOne',
  flag: 'exact',
  reason: 'one value side by side with nothing',
  apply: (node) => (isNode(node, concat) && node.operands.length === 1 ? node.operands[0] : undefined),
};

export const concatOfConcat: RewriteRule = {
  name: 'concatOfConcat',
  flag: 'exact',
  reason: 'parts of parts are parts',
  apply(node, builder, isShared) {
    if (!isNode(node, concat)) return undefined;
    const { axis } = node.attributes;
    const flat = node.operands.flatMap((part) =>
      isNode(part, concat) && part.attributes.axis === axis && !isShared(part) ? part.operands : [part],
    );
    return flat.length > node.operands.length ? builder.node(concat, flat, { axis }) : undefined;
  },
};

export const concatOfSplit: RewriteRule = {
  name: 'concatOfSplit',
  flag: 'exact',
  reason: 'all parts in their order are the whole',
  apply(node) {
    if (!isNode(node, concat)) return undefined;
    const first = partOf(node.operands[0]);
    if (first?.axis !== node.attributes.axis || first.lengths.length !== node.operands.length) return undefined;
    const complete = node.operands.every((operand, k) => {
      const part = partOf(operand);
      return part?.index === k && part.parent === first.parent;
    });
    return complete ? first.whole : undefined;
  },
};

export const concatOfSlices: RewriteRule = {
  name: 'concatOfSlices',
  flag: 'exact',
  reason: 'two slices that meet are one',
  apply(node, builder) {
    if (!isNode(node, concat)) return undefined;
    const { axis } = node.attributes;
    const merged: Node[] = [];
    for (const part of node.operands) {
      const last = merged.at(-1);
      const joined = last && joinSlices(builder, last, part, axis);
      if (joined === undefined) merged.push(part);
      else merged[merged.length - 1] = joined;
    }
    return merged.length < node.operands.length ? builder.node(concat, merged, { axis }) : undefined;
  },
};

function joinSlices(builder: GraphBuilder, left: Node, right: Node, axis: number): Node | undefined {
  if (!isNode(left, slice) || !isNode(right, slice)) return undefined;
  const [value] = left.operands;
  if (value === undefined || value !== right.operands[0]) return undefined;
  const { start, length } = left.attributes;
  const meets = start.plus(length).equals(right.attributes.start);
  if (left.attributes.axis !== axis || right.attributes.axis !== axis || !meets) return undefined;
  return builder.node(slice, [value], { axis, start, length: length.plus(right.attributes.length) });
}

export const concatOfBroadcasts: RewriteRule = {
  name: 'concatOfBroadcasts',
  flag: 'exact',
  reason: 'parts that are repeated along the same axes are put together before',
  apply(node, builder) {
    if (!isNode(node, concat)) return undefined;
    const [first] = node.operands;
    if (first === undefined || !isNode(first, broadcast)) return undefined;
    const { axes } = first.attributes;
    const own = axes.indexOf(node.attributes.axis);
    const values: Node[] = [];
    for (const part of node.operands) {
      const [value] = part.operands;
      const alike = isNode(part, broadcast) && part.attributes.axes.length === axes.length && part.attributes.axes.every((axis, k) => axis === axes[k]);
      if (own < 0 || value === undefined || !alike) return undefined;
      values.push(value);
    }
    return builder.node(broadcast, [builder.node(concat, values, { axis: own })], { shape: node.type.shape, axes });
  },
};

/** A result of a split, and what was split where. */
function partOf(node: Node | undefined): { parent: Node; whole: Node; axis: number; lengths: readonly Dim[]; index: number } | undefined {
  const [parent] = node?.operands ?? [];
  if (node === undefined || parent === undefined || !isNode(node, result) || !isNode(parent, split)) return undefined;
  const [whole] = parent.operands;
  return whole && { parent, whole, ...parent.attributes, index: node.attributes.index };
}
