import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { einsum } from '../ops/einsum.js';
import { scan } from '../ops/scan.js';

/**
 * Floating-point operations of the products that a graph declares, 2·M·N·K each, as a formula of its sizes. Everything else
 * is free, so that rates of different cells compare.
 */
export function productFlops(graph: Graph): Dim {
  return Dim.sum(graph.nodes.map(nodeFlops));
}

function nodeFlops(node: Node): Dim {
  if (isNode(node, scan)) return node.attributes.length.times(productFlops(node.attributes.body));
  if (!isNode(node, einsum)) return Dim.zero;
  const { left, right } = node.attributes;
  const [a, b] = node.operands;
  const sizeOf = new Map<string, Dim>();
  Array.from(left).forEach((letter, axis) => sizeOf.set(letter, a?.type.shape[axis] ?? Dim.zero));
  Array.from(right).forEach((letter, axis) => sizeOf.set(letter, b?.type.shape[axis] ?? Dim.zero));
  return Dim.product(sizeOf.values()).times(2);
}

/** The numbers that are trained. */
export function parameterCount(parameters: ReadonlyMap<string, { readonly shape: readonly Dim[] }>): Dim {
  return Dim.sum([...parameters.values()].map(({ shape }) => Dim.product(shape)));
}
