import { embed } from '../graph/embed.js';
import { freshName } from '../graph/fresh-name.js';
import type { Graph, GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, rebuild, resultsOf } from '../graph/rebuild.js';
import { iota } from '../ops/iota.js';
import { addScan, scan, scanParts } from '../ops/scan.js';
import type { ScanParts } from '../ops/scan.js';
import { moveAxis } from '../ops/transpose.js';
import { batchGraph } from './batch.js';
import { candidates } from './sequence-work/candidates.js';
import { paysBeforeLoop } from './sequence-work/cost.js';
import { regroupSums } from './sequence-work/regroup-sums.js';
import { throughBodies } from './through-bodies.js';
import { valuesAsInputs } from './values-as-inputs.js';

/**
 * Does work that depends on no carry for all steps at once before a loop, where that pays: products of per-step inputs with
 * weights, like `W·x`, and what follows them until least has to be handed over. The loop reads the results as sequences. The
 * test is dependence on carries; what depends on invariants alone is hoisted by another pass, and what no carry needs sinks
 * behind the loop by a third. Directions do not matter: row t belongs to step t either way.
 *
 * All steps at once is a batch of steps: the work goes through the batching rules, with the steps as one more leading axis.
 * Whether it pays is in `sequence-work/cost.ts`.
 *
 * Why here: behind packing, so that the input products of all gates leave as one, and before differentiation: the loop that
 * runs back then stacks the derivatives of what it was handed, and those of weights, biases and inputs are products and sums
 * behind it. In the loops that run back themselves nothing is left to be moved before them: what they read that depends on no
 * adjoint carry was saved, and elementwise factors of it are fused into the maps that use them.
 *
 * @param pays decides for each group of products; tests move whatever can be moved
 */
export function moveSequenceWork(graph: Graph, pays: typeof paysBeforeLoop = paysBeforeLoop): Graph {
  return rebuild(
    graph,
    throughBodies((body) => moveSequenceWork(body, pays), (node, operands, builder) => {
      if (!isNode(node, scan)) return copyNode(node, operands, builder);
      const given = scanParts({ ...node, operands }, node.attributes);
      const parts = { ...given, body: regroupSums(given) };
      const leaving = candidates(parts).flatMap(({ products, handedOver }) => (pays(products, handedOver, parts.length) ? handedOver : []));
      if (leaving.length === 0) return copyNode(node, operands, builder);
      return resultsOf(builder, addScan(builder, moveBefore(builder, parts, leaving)).node);
    }),
  );
}

/** Computes values of the body for all steps at once, and hands them to the loop as sequences. */
function moveBefore(outer: GraphBuilder, parts: ScanParts, leaving: readonly Node[]): ScanParts {
  const { body, length, sequences, invariants, step } = parts;
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const moved = leaving.map((node) => ({ node, name: freshName(taken, `${nameFor(body, node)}Ahead`) }));
  const perStep = new Map([...sequences.map(({ input: name }) => name), ...(step === undefined ? [] : [step])].map((name) => [name, 0]));
  const { graph, axes } = batchGraph(body.withOutputs(new Map(moved.map(({ node, name }) => [name, node]))), perStep, length);
  const values = embed(outer, graph, new Map([
    ...[...sequences, ...invariants].map(({ input: name, value }) => [name, value] as const),
    ...(step === undefined ? [] : [[step, outer.node(iota, [], { length })] as const]),
  ]));
  return {
    ...parts,
    body: valuesAsInputs(body, moved),
    sequences: [...sequences, ...[...values].map(([name, value]) => ({ input: name, value: outer.name(moveAxis(outer, value, axes.get(name) ?? 0, 0), name) }))],
  };
}

/** `gatesAhead` is what is known of `gates` ahead of the loop. */
function nameFor(body: Graph, node: Node): string {
  const [user] = (body.users.get(node) ?? []).flatMap((each) => body.nameOf(each) ?? []);
  return body.nameOf(node) ?? user ?? 'inputs';
}
