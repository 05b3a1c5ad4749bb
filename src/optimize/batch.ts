import type { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode } from '../graph/rebuild.js';
import { input } from '../ops/input.js';
import type { Batched } from '../ops/op.js';
import { result } from '../ops/result.js';

export interface BatchedGraph {
  readonly graph: Graph;
  /** Where the batch axis stands in each output; undefined where the output is the same for all examples. */
  readonly axes: ReadonlyMap<string, number | undefined>;
}

/**
 * Turns a graph for one example into the graph for a batch of them. `axes` says where the batch axis stands in each
 * batched input; other inputs (parameters) are shared. What depends on no batched input stays as it is.
 */
export function batchGraph(graph: Graph, axes: ReadonlyMap<string, number>, size: Dim): BatchedGraph {
  const builder = new GraphBuilder();
  const values = new Map<Node, readonly Batched[]>();
  const valueOf = (node: Node): Batched => {
    const own = isNode(node, result) ? values.get(parentOf(node))?.[node.attributes.index] : values.get(node)?.[0];
    if (own === undefined) throw new Error(`node ${node.id} was not batched`);
    return own;
  };
  const visit = (node: Node): readonly Batched[] => {
    if (isNode(node, input)) return [batchInput(builder, node, axes.get(node.attributes.name), size)];
    const operands = node.operands.map(valueOf);
    if (operands.some((operand) => operand.axis !== undefined)) {
      return node.op.batch({ builder, size }, operands, node.attributes);
    }
    const copies = copyNode(node, operands.map((operand) => operand.node), builder);
    return ('op' in copies ? [copies] : copies).map((copy) => ({ node: copy, axis: undefined }));
  };
  for (const node of new Set([...graph.inputs.values(), ...graph.nodes])) {
    if (!isNode(node, result)) values.set(node, visit(node));
    if (node.results.length > 1) continue;
    const { node: batched } = valueOf(node);
    for (const name of graph.names.get(node) ?? []) builder.name(batched, name);
    builder.locate(batched, graph.locations.get(node));
  }
  const outputs = [...graph.outputs].map(([name, node]) => [name, valueOf(node)] as const);
  return {
    graph: builder.finish(new Map(outputs.map(([name, { node }]) => [name, node]))),
    axes: new Map(outputs.map(([name, { axis }]) => [name, axis])),
  };
}

function batchInput(
  builder: GraphBuilder,
  node: Node<{ name: string; type: Node['type'] }>,
  axis: number | undefined,
  size: Dim,
): Batched {
  const { name, type } = node.attributes;
  const shape = axis === undefined ? type.shape : [...type.shape.slice(0, axis), size, ...type.shape.slice(axis)];
  return { node: builder.declareInput(name, builder.node(input, [], { name, type: { dtype: type.dtype, shape } })), axis };
}

function parentOf(node: Node): Node {
  const [parent] = node.operands;
  if (parent === undefined) throw new Error(`node ${node.id} reads no node`);
  return parent;
}
