import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { guardedProduct, product, resultOf, strongProduct, total } from '../ops/construct.js';
import { input } from '../ops/input.js';
import { result } from '../ops/result.js';
import { hasGuardedProducts, readByBranches } from './branches.js';
import type { Surroundings } from './branches.js';
import { ReplacementLog } from './replacement-log.js';
import { Singularities } from './singularities.js';

export interface VjpOptions {
  /** The inputs to differentiate by; gradients of those that no output depends on are left out. */
  readonly wrt: readonly string[];
  /** Outputs with a cotangent, and the name of the input that brings it. */
  readonly cotangents: ReadonlyMap<string, string>;
  /** The name of the output that is the gradient of an input. */
  readonly gradientName: (input: string) => string;
}

/**
 * Reverse mode: a graph with the outputs of the given one, and for each input of `wrt` its gradient
 * `Σ_outputs cotangentᵀ · ∂output/∂input`. Works on its own output, so that it can be applied again.
 */
export function vjp(graph: Graph, { wrt, cotangents, gradientName }: VjpOptions): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder);
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const seeds = [...cotangents].map(([output, name]) => {
    const node = rebuilder.map(graph.output(output));
    return { node, cotangent: builder.declareInput(name, builder.node(input, [], { name, type: node.type })) };
  });
  const wanted = new Map(wrt.map((name) => [name, rebuilder.map(graph.input(name))]));
  const log = new ReplacementLog();
  const gradients = pullback(builder, seeds, [...wanted.values()], log);
  for (const [name, node] of wanted) {
    const gradient = gradients.get(node);
    if (gradient !== undefined) outputs.set(gradientName(name), gradient);
  }
  return log.apply(builder.finish(outputs));
}

/**
 * Accumulates cotangents from the seeds back to the wanted nodes, all within one builder. An absent cotangent is
 * absent: nothing is added for it.
 */
export function pullback(
  builder: GraphBuilder,
  seeds: readonly { readonly node: Node; readonly cotangent: Node }[],
  wanted: readonly Node[],
  log: ReplacementLog,
  surroundings: Surroundings = {},
): Map<Node, Node> {
  const order = builder.finish({}).reachable(seeds.map((seed) => seed.node));
  const varied = dependents(order, wanted);
  const branched = readByBranches(order, surroundings.fromBranch);
  const unread = surroundings.unread === true || hasGuardedProducts(order);
  const given = surroundings.unread === true ? seeds.map(({ cotangent }) => cotangent) : [];
  const singularities = new Singularities([...(surroundings.singular ?? []), ...given]);
  const cotangents = new Map<Node, Node>();
  const ofResults = new Map<Node, (Node | undefined)[]>();
  const accumulate = (known: Node | undefined, term: Node): Node => (known === undefined ? term : total(builder, known, term));
  const receive = (node: Node, term: Node): void => {
    const [parent] = node.operands;
    if (isNode(node, result) && parent !== undefined) {
      const list = ofResults.get(parent) ?? [];
      list[node.attributes.index] = accumulate(list[node.attributes.index], term);
      ofResults.set(parent, list);
    } else {
      cotangents.set(node, accumulate(cotangents.get(node), term));
    }
  };
  for (const { node, cotangent } of seeds) receive(node, cotangent);
  for (const node of order.reverse()) {
    const own = node.results.length === 1 ? [cotangents.get(node)] : (ofResults.get(node) ?? []);
    nameAdjoint(builder, node, own[0]);
    if (!varied.has(node) || node.operands.length === 0 || own.every((each) => each === undefined)) continue;
    const fromBranch = branched.has(node);
    const operandCotangents = node.op.vjp(
      {
        builder,
        node,
        cotangents: node.results.map((_, index) => own[index]),
        result: (index) => resultOf(builder, node, index),
        times(cotangent, slope) {
          if (!fromBranch) return product(builder, cotangent, slope);
          if (singularities.has(cotangent)) return strongProduct(builder, cotangent, slope);
          return (singularities.has(slope) ? guardedProduct : product)(builder, cotangent, slope);
        },
        isSingular: (value) => singularities.has(value),
        fromBranch,
        isUnread: (cotangent) => unread && singularities.has(cotangent),
        wants: (slot) => varied.has(node.operands[slot] ?? node),
        replace: (results) => {
          log.add(node, results);
        },
      },
      node.attributes,
    );
    for (const [slot, term] of operandCotangents.entries()) {
      const operand = node.operands[slot];
      if (operand !== undefined && term !== undefined && varied.has(operand)) receive(operand, term);
    }
  }
  return cotangents;
}

/** The real-valued nodes that depend on one of the wanted nodes. */
function dependents(order: readonly Node[], wanted: readonly Node[]): Set<Node> {
  const found = new Set(wanted);
  for (const node of order) {
    const real = node.results.some((type) => type.dtype === 'real');
    if (real && node.operands.some((operand) => found.has(operand))) found.add(node);
  }
  return found;
}

/** The adjoint of `x` is `dx`. */
function nameAdjoint(builder: GraphBuilder, node: Node, cotangent: Node | undefined): void {
  const name = builder.nameOf(node);
  if (name !== undefined && cotangent !== undefined && builder.nameOf(cotangent) === undefined) {
    builder.name(cotangent, `d${name}`);
  }
}
