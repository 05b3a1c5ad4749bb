import { cellModel } from 'cellwright';
import type { CellDefinition, Graph, ModelDefinition, Sizes } from 'cellwright';
import type { Node } from '../src/graph/node.js';
import { isNode } from '../src/graph/node.js';
import { einsum } from '../src/ops/einsum.js';
import { scan } from '../src/ops/scan.js';
import type { Pass, Shape } from './shape.js';

/**
 * Floating-point operations of the products that a definition declares, 2·M·N·K each; everything else is free, so that
 * rates of different cells compare. A pass backwards costs two products for each one forwards: by the operand and by the
 * weights.
 */
export function productFlops(definition: CellDefinition | ModelDefinition, shape: Shape, pass: Pass): number {
  const model = definition.kind === 'cell' ? cellModel(definition) : definition;
  const { B, ...sizes } = shape;
  return B * graphFlops(model.graph, { ...sizes }) * (pass === 'train' ? 3 : 1);
}

function graphFlops(graph: Graph, sizes: Sizes): number {
  return graph.nodes.reduce((total, node) => total + nodeFlops(node, sizes), 0);
}

function nodeFlops(node: Node, sizes: Sizes): number {
  if (isNode(node, scan)) return node.attributes.length.evaluate(sizes) * graphFlops(node.attributes.body, sizes);
  if (!isNode(node, einsum)) return 0;
  const { left, right } = node.attributes;
  const [a, b] = node.operands;
  const sizeOf = new Map<string, number>();
  Array.from(left).forEach((letter, axis) => sizeOf.set(letter, a?.type.shape[axis]?.evaluate(sizes) ?? 0));
  Array.from(right).forEach((letter, axis) => sizeOf.set(letter, b?.type.shape[axis]?.evaluate(sizes) ?? 0));
  return [...sizeOf.values()].reduce((product, size) => product * size, 2);
}
