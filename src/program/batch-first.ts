import { embed } from '../graph/embed.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node, ValueType } from '../graph/node.js';
import { batchDim, timeDim } from '../graph/stage-dims.js';
import { input } from '../ops/input.js';
import { moveAxis } from '../ops/transpose.js';

/** Whether a value of a batch is one sequence for each example, in either order: `[T, B, …]` or `[B, T, …]`. */
export function isBatchOfSequences({ shape }: Pick<ValueType, 'shape'>): boolean {
  const outer = shape.slice(0, 2);
  return [timeDim, batchDim].every((dim) => outer.some((own) => own.equals(dim)));
}

/**
 * Inputs and outputs `[T, B, …]` become `[B, T, …]`; all between them stays as it is.
 *
 * It stands between batching and the passes: products then read, and write, either order, and differentiation gives cotangents
 * and gradients the order of what they belong to.
 */
export function batchFirst(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const swapped = (node: Node): Node => (isBatchOfSequences(node.type) ? moveAxis(builder, node, 0, 1) : node);
  const inputs = new Map([...graph.inputs].map(([name, { type }]) => {
    const outside = isBatchOfSequences(type) ? { ...type, shape: [batchDim, timeDim, ...type.shape.slice(2)] } : type;
    return [name, swapped(builder.declareInput(name, builder.node(input, [], { name, type: outside })))] as const;
  }));
  return builder.finish(new Map([...embed(builder, graph, inputs)].map(([name, node]) => [name, swapped(node)])));
}
