import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { abs } from './abs.js';
import { broadcastTo, isEqual, isGreater, scalarLike, selectNode, unlessTrue, zero } from './construct.js';
import { einsum } from './einsum.js';
import { none } from './op.js';
import type { EinsumLetters } from './op.js';
import { reduceMax } from './reduce-max.js';
import { transpose } from './transpose.js';

/**
 * An einsum of which one operand may hold zeros that a branch not taken has left: an infinity or NaN that meets nothing but
 * such zeros counts as zero, where a plain einsum would give `0 · ∞ = NaN`. What meets another element than zero stays, so
 * that an infinity in a branch taken shows.
 *
 * `singular` tells which operands may be infinite or NaN; the others need no guard.
 */
export function guardedContraction(
  builder: GraphBuilder,
  [left, right]: readonly [Node, Node],
  letters: EinsumLetters,
  singular: readonly [left: boolean, right: boolean],
): Node {
  const [x, y] = [{ node: left, letters: letters.left }, { node: right, letters: letters.right }];
  const operands = [singular[0] ? withoutUnread(builder, x, y) : left, singular[1] ? withoutUnread(builder, y, x) : right];
  return builder.node(einsum, operands, letters);
}

interface Lettered {
  readonly node: Node;
  readonly letters: string;
}

/**
 * The value, with zero for elements that are not finite and meet only zeros of the factor. Elements that are finite stay
 * also there: the derivative by the factor reads them.
 */
function withoutUnread(b: GraphBuilder, { node: value, letters }: Lettered, factor: Lettered): Node {
  const magnitude = largestMet(b, factor, letters, value.type.shape);
  const isFinite = isGreater(b, scalarLike(b, Infinity, value), b.node(abs, [value], none));
  return selectNode(b, isFinite, value, unlessTrue(b, isEqual(b, magnitude, zero(b, magnitude)), value));
}

/** The largest magnitude among the elements of the factor that meet an element with the given letters, in its shape. */
function largestMet(b: GraphBuilder, { node, letters }: Lettered, own: string, shape: Node['type']['shape']): Node {
  const axes = Array.from(letters).flatMap((letter, axis) => (own.includes(letter) ? [] : [axis]));
  const absolute = b.node(abs, [node], none);
  const reduced = axes.length === 0 ? absolute : b.node(reduceMax, [absolute], { axes });
  const kept = Array.from(letters).filter((letter) => own.includes(letter));
  const places = kept.map((letter) => own.indexOf(letter));
  const ascending = [...places].sort((a, z) => a - z);
  const inOrder = places.every((place, k) => place === ascending[k]);
  const permutation = ascending.map((place) => places.indexOf(place));
  return broadcastTo(b, inOrder ? reduced : b.node(transpose, [reduced], { permutation }), shape, ascending);
}
