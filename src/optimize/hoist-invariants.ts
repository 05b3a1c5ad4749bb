import { embed } from '../graph/embed.js';
import { freshName } from '../graph/fresh-name.js';
import type { Graph, GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, rebuild, resultsOf } from '../graph/rebuild.js';
import { broadcast } from '../ops/broadcast.js';
import { constant } from '../ops/constant.js';
import { input } from '../ops/input.js';
import { iota } from '../ops/iota.js';
import { addScan, scan, scanParts } from '../ops/scan.js';
import type { ScanParts } from '../ops/scan.js';
import { throughBodies } from './through-bodies.js';
import { valuesAsInputs } from './values-as-inputs.js';

/**
 * Computes before a loop what each of its steps would compute again: values that depend on invariants only, like a decay
 * `exp(-softplus(a))` of parameters. They become invariants. Copies of a value stay inside, since passing them in would
 * only make them longer. What is hoisted out of an inner loop may go on out of the outer one.
 *
 * It runs behind simplification, which draws constants and broadcasts apart from the work, and before the choice of what
 * to save: the backward loop computes invariant values again, and after this pass both loops read the same one. Invariants
 * that only hoisted values read are left to `trim`.
 */
export function hoistInvariants(graph: Graph): Graph {
  return rebuild(
    graph,
    throughBodies(hoistInvariants, (node, operands, builder) => {
      if (!isNode(node, scan)) return copyNode(node, operands, builder);
      const parts = scanParts({ ...node, operands }, node.attributes);
      const found = invariantWork(parts);
      if (found.length === 0) return copyNode(node, operands, builder);
      return resultsOf(builder, addScan(builder, hoist(builder, parts, found)).node);
    }),
  );
}

/** The largest values of the body that depend on invariants only and are more than copies. */
function invariantWork({ body, invariants }: ScanParts): Node[] {
  const names = new Set(invariants.map((invariant) => invariant.input));
  const fixed = new Set<Node>();
  const found = new Set<Node>();
  const visit = (node: Node): void => {
    if (!fixed.has(node)) return;
    if (isNode(node, broadcast)) node.operands.forEach(visit);
    else if (!isNode(node, input) && !isNode(node, constant) && !isNode(node, iota)) found.add(node);
  };
  for (const node of body.nodes) {
    const own = isNode(node, input) ? names.has(node.attributes.name) : node.operands.every((operand) => fixed.has(operand));
    if (own) fixed.add(node);
    else node.operands.forEach(visit);
  }
  for (const node of body.outputs.values()) visit(node);
  return [...found];
}

function hoist(outer: GraphBuilder, parts: ScanParts, found: readonly Node[]): ScanParts {
  const { body, invariants } = parts;
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const hoisted = found.map((node) => ({ node, name: freshName(taken, body.nameOf(node) ?? 'hoisted') }));
  const work = body.withOutputs(new Map(hoisted.map(({ node, name }) => [name, node])));
  const values = embed(outer, work, new Map(invariants.map(({ input: name, value }) => [name, value])));
  return {
    ...parts,
    body: valuesAsInputs(body, hoisted),
    invariants: [...invariants, ...[...values].map(([name, value]) => ({ input: name, value }))],
  };
}
