import type { GraphBuilder } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { broadcastTo, negate } from '../../ops/construct.js';
import { einsum } from '../../ops/einsum.js';
import { neg } from '../../ops/neg.js';
import type { EinsumLetters } from '../../ops/op.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { transpose } from '../../ops/transpose.js';
import { elementwiseProduct } from '../elementwise-product.js';
import { unary } from './match.js';
import type { RewriteRule } from './rule.js';

/** Products over named axes take up what only reorders, repeats or sums their operands and results. */

export const einsumOfTranspose: RewriteRule = {
  name: 'einsumOfTranspose',
  flag: 'exact',
  reason: 'the letters say in which order the axes are read',
  apply(node, builder) {
    const parts = partsOf(node);
    if (parts === undefined) return undefined;
    for (const side of sides) {
      const operand = parts[side].node;
      const [value] = operand.operands;
      if (!isNode(operand, transpose) || value === undefined) continue;
      const { permutation } = operand.attributes;
      const letters = permutation.map((_, axis) => parts[side].letters[permutation.indexOf(axis)]).join('');
      return make(builder, { ...parts, [side]: { node: value, letters } });
    }
    return undefined;
  },
};

export const transposeOfEinsum: RewriteRule = {
  name: 'transposeOfEinsum',
  flag: 'exact',
  reason: 'the letters say in which order the axes are written',
  apply(node, builder, isShared) {
    const [inner] = node.operands;
    if (!isNode(node, transpose) || inner === undefined || !isNode(inner, einsum) || isShared(inner)) return undefined;
    const out = node.attributes.permutation.map((axis) => inner.attributes.out[axis]).join('');
    return builder.node(einsum, inner.operands, { ...inner.attributes, out });
  },
};

export const einsumOfBroadcast: RewriteRule = {
  name: 'einsumOfBroadcast',
  flag: 'exact',
  reason:
    'an axis along which one operand repeats leaves the product: the other operand is summed over it, or the result repeats',
  apply(node, builder) {
    const parts = partsOf(node);
    if (parts === undefined) return undefined;
    for (const side of sides) {
      const operand = parts[side].node;
      const [value] = operand.operands;
      if (!isNode(operand, broadcast) || value === undefined) continue;
      const { axes } = operand.attributes;
      const own = axes.map((axis) => parts[side].letters[axis]).join('');
      const gone = Array.from(parts[side].letters).filter((letter) => !own.includes(letter));
      const other = side === 'left' ? parts.right : parts.left;
      const summed = gone.filter((letter) => other.letters.includes(letter) && !parts.out.includes(letter));
      const repeats = gone.filter((letter) => !other.letters.includes(letter));
      const rest = sumOver(builder, other, summed);
      const out = without(parts.out, repeats);
      const self = { node: value, letters: own };
      const small = make(builder, side === 'left' ? { left: self, right: rest, out } : { left: rest, right: self, out });
      return broadcastTo(builder, small, node.type.shape, Array.from(out).map((letter) => parts.out.indexOf(letter)));
    }
    return undefined;
  },
};

export const einsumWithoutSum: RewriteRule = {
  name: 'einsumWithoutSum',
  flag: 'exact',
  reason: 'where nothing is summed and one operand has all axes of the result, it is an elementwise product, which fuses',
  apply(node, builder) {
    if (!isNode(node, einsum)) return undefined;
    const { left, right, out } = node.attributes;
    return Math.max(left.length, right.length) < out.length ? undefined : elementwiseProduct(builder, node.operands, node.attributes);
  },
};

export const sumOfEinsum: RewriteRule = {
  name: 'sumOfEinsum',
  flag: 'exact',
  reason: 'a sum over an axis of the result is a sum within the product, or over one operand before it',
  apply(node, builder, isShared) {
    const [inner] = node.operands;
    const parts = inner === undefined || isShared(inner) ? undefined : partsOf(inner);
    if (!isNode(node, reduceSum) || parts === undefined || node.attributes.axes.length === 0) return undefined;
    const { left, right } = parts;
    const summed = node.attributes.axes.flatMap((axis) => parts.out[axis] ?? []);
    return make(builder, {
      left: sumOver(builder, left, summed.filter((letter) => !right.letters.includes(letter))),
      right: sumOver(builder, right, summed.filter((letter) => !left.letters.includes(letter))),
      out: without(parts.out, summed),
    });
  },
};

export const einsumOfNegative: RewriteRule = {
  name: 'einsumOfNegative',
  flag: 'exact',
  reason: 'the sign of an operand is the sign of the product, where a sum can take it up',
  apply(node, builder) {
    const parts = partsOf(node);
    if (parts === undefined) return undefined;
    for (const side of sides) {
      const value = unary(parts[side].node, neg);
      if (value === undefined) continue;
      return negate(builder, make(builder, { ...parts, [side]: { ...parts[side], node: value } }));
    }
    return undefined;
  },
};

interface Side {
  readonly node: Node;
  readonly letters: string;
}
interface Parts {
  readonly left: Side;
  readonly right: Side;
  readonly out: string;
}

const sides = ['left', 'right'] as const satisfies readonly (keyof Parts)[];

function partsOf(node: Node): Parts | undefined {
  const [left, right] = node.operands;
  if (!isNode<EinsumLetters>(node, einsum) || left === undefined || right === undefined) return undefined;
  const { attributes } = node;
  return { left: { node: left, letters: attributes.left }, right: { node: right, letters: attributes.right }, out: attributes.out };
}

function make(builder: GraphBuilder, { left, right, out }: Parts): Node {
  return builder.node(einsum, [left.node, right.node], { left: left.letters, right: right.letters, out });
}

function sumOver(builder: GraphBuilder, { node, letters }: Side, gone: readonly string[]): Side {
  if (gone.length === 0) return { node, letters };
  const axes = gone.map((letter) => letters.indexOf(letter)).sort((a, b) => a - b);
  return { node: builder.node(reduceSum, [node], { axes }), letters: without(letters, gone) };
}

function without(letters: string, gone: readonly string[]): string {
  return Array.from(letters).filter((letter) => !gone.includes(letter)).join('');
}
