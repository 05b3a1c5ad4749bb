import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { resultOf } from '../ops/construct.js';
import { input } from '../ops/input.js';
import { result } from '../ops/result.js';
import { madeByBranches } from './branches.js';
import type { Surroundings } from './branches.js';
import { ReplacementLog } from './replacement-log.js';
import { Singularities } from './singularities.js';

export interface JvpOptions {
  /** Inputs with a tangent, and the name of the input that brings it. */
  readonly tangents: ReadonlyMap<string, string>;
  /** The name of the output that is the tangent of an output. */
  readonly tangentName: (output: string) => string;
}

/**
 * Forward mode: a graph with the outputs of the given one, and for each output that depends on a varied input its
 * directional derivative `Σ_inputs ∂output/∂input · tangent`. Works on its own output and on that of `vjp`.
 */
export function jvp(graph: Graph, { tangents, tangentName }: JvpOptions): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder);
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const seeds = [...tangents].map(([varied, name]) => {
    const node = rebuilder.map(graph.input(varied));
    return { node, tangent: builder.declareInput(name, builder.node(input, [], { name, type: node.type })) };
  });
  const log = new ReplacementLog();
  const found = pushforward(builder, seeds, [...outputs.values()], log);
  for (const [name, node] of [...outputs]) {
    const tangent = found.get(node);
    if (tangent !== undefined) outputs.set(tangentName(name), tangent);
  }
  return log.apply(builder.finish(outputs));
}

/** Carries tangents from the seeds to the nodes that the roots depend on, all within one builder. */
export function pushforward(
  builder: GraphBuilder,
  seeds: readonly { readonly node: Node; readonly tangent: Node }[],
  roots: readonly Node[],
  log: ReplacementLog,
  surroundings: Surroundings = {},
): Map<Node, Node> {
  const tangents = new Map<Node, Node>(seeds.map(({ node, tangent }) => [node, tangent]));
  const ofResults = new Map<Node, readonly (Node | undefined)[]>();
  const order = builder.finish({}).reachable(roots);
  const branched = madeByBranches(order, surroundings.fromBranch);
  const singularities = new Singularities(surroundings.singular);
  for (const node of order) {
    const [parent] = node.operands;
    if (isNode(node, result) && parent !== undefined) {
      const tangent = ofResults.get(parent)?.[node.attributes.index];
      if (tangent !== undefined) tangents.set(node, tangent);
      continue;
    }
    const own = node.operands.map((operand) => tangents.get(operand));
    if (own.every((tangent) => tangent === undefined)) continue;
    const found = node.op.jvp(
      {
        builder,
        node,
        tangents: own,
        result: (index) => resultOf(builder, node, index),
        isSingular: (value) => singularities.has(value),
        fromBranch: branched.has(node),
        replace: (results) => {
          log.add(node, results);
        },
      },
      node.attributes,
    );
    const [first] = found;
    if (node.results.length > 1) ofResults.set(node, found);
    else if (first !== undefined) tangents.set(node, first);
  }
  return tangents;
}
