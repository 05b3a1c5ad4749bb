import type { Graph } from './graph.js';
import { isNode } from './node.js';
import type { Node } from './node.js';
import { input } from '../ops/input.js';

/** What a buffer for a node is called: its declared name, or one that says what it is. */
export function nodeName(graph: Graph, node: Node): string {
  const own = graph.nameOf(node) ?? (isNode(node, input) ? node.attributes.name : undefined);
  if (own !== undefined) return own;
  // Packed weights are called after their parts: W_z, W_i, … are `W`.
  const parts = node.op.lowering.kind === 'concat' ? node.operands.map((operand) => nodeName(graph, operand)) : [];
  const [first = ''] = parts;
  const stem = first.split('_')[0] ?? '';
  return stem !== '' && parts.every((part) => part.split('_')[0] === stem) ? stem : node.op.name;
}
