import { Dim } from '../graph/dim.js';
import { embed } from '../graph/embed.js';
import type { Graph, GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, rebuild } from '../graph/rebuild.js';
import { concat } from '../ops/concat.js';
import { constant } from '../ops/constant.js';
import { reshape } from '../ops/reshape.js';
import { scan, scanParts } from '../ops/scan.js';
import type { ScanParts } from '../ops/scan.js';
import { throughBodies } from './through-bodies.js';

/**
 * Replaces a loop of one step by its body. The streaming entry is the sequence entry with `T = 1`; without this pass it
 * would pay for a history and for a loop. It runs as soon as the number of steps is fixed, so that simplification sees
 * through the step.
 */
export function inlineSingleStep(graph: Graph): Graph {
  return rebuild(
    graph,
    throughBodies(inlineSingleStep, (node, operands, builder) =>
      isNode(node, scan) && node.attributes.length.equals(Dim.one)
        ? applyOnce(builder, scanParts({ ...node, operands }, node.attributes))
        : copyNode(node, operands, builder),
    ),
  );
}

function applyOnce(builder: GraphBuilder, { body, reverse, step, carries, sequences, invariants, outputs, sums }: ScanParts): readonly Node[] {
  const inputs = new Map<string, Node>();
  for (const { input, initial } of carries) inputs.set(input, initial);
  for (const { input, value } of sequences) inputs.set(input, builder.node(reshape, [value], { shape: value.type.shape.slice(1) }));
  for (const { input, value } of invariants) inputs.set(input, value);
  if (step !== undefined) inputs.set(step, builder.node(constant, [], { dtype: body.input(step).type.dtype, value: 0 }));
  const values = embed(builder, body, inputs);
  const value = (name: string): Node => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`the body of a scan lacks the output '${name}'`);
    return found;
  };
  const row = (node: Node): Node => builder.node(reshape, [node], { shape: [Dim.one, ...node.type.shape] });
  return [
    ...carries.map(({ output }) => value(output)),
    ...carries.map(({ initial, output }) => {
      const rows = [row(initial), row(value(output))];
      return builder.node(concat, reverse ? rows.reverse() : rows, { axis: 0 });
    }),
    ...outputs.map((name) => row(value(name))),
    ...sums.map(value),
  ];
}
