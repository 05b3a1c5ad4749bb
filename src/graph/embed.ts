import type { Graph, GraphBuilder } from './graph.js';
import { isNode } from './node.js';
import type { Node } from './node.js';
import { copyNode, Rebuilder } from './rebuild.js';
import { input } from '../ops/input.js';

/** Copies a graph into a builder with nodes in the place of its inputs, and gives its outputs there. */
export function embed(builder: GraphBuilder, graph: Graph, inputs: ReadonlyMap<string, Node>): Map<string, Node> {
  const rebuilder = new Rebuilder(graph, builder, (node, operands) => {
    if (!isNode(node, input)) return copyNode(node, operands, builder);
    const value = inputs.get(node.attributes.name);
    if (value === undefined) throw new Error(`no value for the input '${node.attributes.name}'`);
    return value;
  });
  return new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
}
