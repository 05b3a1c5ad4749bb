import type { Graph } from '../graph/graph.js';
import { Rebuilder } from '../graph/rebuild.js';
import { GraphBuilder } from '../graph/graph.js';
import { insertBatch } from '../ops/elementwise.js';
import type { Batched, BatchContext } from '../ops/op.js';
import { addScan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { moveAxis } from '../ops/transpose.js';
import { batchGraph } from './batch.js';
import type { BatchedGraph } from './batch.js';

/**
 * Batches a loop: a fixpoint over its carries, since a carry that starts out shared is batched as soon as its next
 * value is. Inside the body the batch axis comes first; in sequences it stands behind time.
 */
export function batchScan(
  { builder, size }: BatchContext,
  operands: readonly Batched[],
  attributes: ScanAttributes,
): readonly Batched[] {
  const { carries, sequences, invariants, outputs, sums } = attributes;
  const at = (slot: number): Batched => {
    const operand = operands[slot];
    if (operand === undefined) throw new Error('a scan lacks an operand');
    return operand;
  };
  const fixed = [
    ...sequences.map((name, k) => ({ name, operand: at(carries.length + k) })),
    ...invariants.map((name, k) => ({ name, operand: at(carries.length + sequences.length + k) })),
  ].flatMap(({ name, operand }) => (operand.axis === undefined ? [] : [name]));
  let batchedCarries = new Set(carries.flatMap(({ input }, k) => (at(k).axis === undefined ? [] : [input])));
  let body: BatchedGraph;
  for (;;) {
    body = batchGraph(attributes.body, new Map([...batchedCarries, ...fixed].map((name) => [name, 0])), size);
    const axes = body.axes;
    // Two carries may be given one output; batched for the one, it is batched for the other.
    const given = new Set(carries.flatMap(({ input, output }) => (batchedCarries.has(input) ? [output] : [])));
    const next = carries.flatMap(({ input, output }) => (given.has(output) || axes.get(output) !== undefined ? [input] : []));
    if (next.length === batchedCarries.size) break;
    batchedCarries = new Set(next);
  }
  const batchedOutputs = new Set([
    ...carries.flatMap(({ input, output }) => (batchedCarries.has(input) ? [output] : [])),
    ...[...outputs, ...sums].filter((name) => body.axes.get(name) !== undefined),
  ]);
  const scan = addScan(builder, {
    ...attributes,
    body: batchFirst(body, batchedOutputs, { builder, size }),
    carries: carries.map((carry, k) => ({
      ...carry,
      initial: batchedCarries.has(carry.input) ? withAxis({ builder, size }, at(k), 0) : at(k).node,
    })),
    sequences: sequences.map((input, k) => {
      const operand = at(carries.length + k);
      return { input, value: operand.axis === undefined ? operand.node : withAxis({ builder, size }, operand, 1) };
    }),
    invariants: invariants.map((input, k) => {
      const operand = at(carries.length + sequences.length + k);
      return { input, value: operand.axis === undefined ? operand.node : withAxis({ builder, size }, operand, 0) };
    }),
  });
  const axis = (name: string, batched: number): number | undefined => (batchedOutputs.has(name) ? batched : undefined);
  return [
    ...carries.map(({ output }, k) => ({ node: scan.final(k), axis: axis(output, 0) })),
    ...carries.map(({ output }, k) => ({ node: scan.history(k), axis: axis(output, 1) })),
    ...outputs.map((name, k) => ({ node: scan.output(k), axis: axis(name, 1) })),
    ...sums.map((name, k) => ({ node: scan.sum(k), axis: axis(name, 0) })),
  ];
}

function withAxis(context: BatchContext, { node, axis }: Batched, wanted: number): Batched['node'] {
  return axis === undefined
    ? insertBatch(context.builder, node, context.size, wanted)
    : moveAxis(context.builder, node, axis, wanted);
}

/** Gives the named outputs of a body a batch axis in front. */
function batchFirst({ graph, axes }: BatchedGraph, batched: ReadonlySet<string>, { size }: BatchContext): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder);
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = [...graph.outputs].map(([name, node]) => {
    const value = { node: rebuilder.map(node), axis: axes.get(name) };
    return [name, batched.has(name) ? withAxis({ builder, size }, value, 0) : value.node] as const;
  });
  return builder.finish(new Map(outputs));
}
