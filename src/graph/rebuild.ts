import { result } from '../ops/result.js';
import { input } from '../ops/input.js';
import { GraphBuilder } from './graph.js';
import type { Graph } from './graph.js';
import { isNode } from './node.js';
import type { Node } from './node.js';

/** The results that take the place of a node: itself, or one node per result. */
export type Replacement = Node | readonly Node[];

/** Makes the replacement of one node in the new graph, given its replaced operands. */
export type Visit = (node: Node, operands: readonly Node[], builder: GraphBuilder) => Replacement;

/** The same node in another graph. */
export const copyNode: Visit = (node, operands, builder) => {
  const copy = builder.copy(node, operands);
  return isNode(node, input) ? builder.declareInput(node.attributes.name, copy) : resultsOf(builder, copy);
};

/** One node per result: the node itself, or `result` nodes. */
export function resultsOf(builder: GraphBuilder, node: Node): readonly Node[] {
  return node.results.length === 1 ? [node] : node.results.map((_, index) => builder.node(result, [node], { index }));
}

/**
 * Copies the nodes that some outputs need into a builder, changing them on the way. `result` nodes are never visited:
 * they follow the node that they read. Names and locations go along.
 */
export class Rebuilder {
  readonly #replacements = new Map<Node, readonly Node[]>();

  constructor(
    private readonly source: Graph,
    readonly builder: GraphBuilder,
    private readonly visit: Visit = copyNode,
  ) {}

  /** States in advance what takes the place of a node. */
  replace(node: Node, replacement: Replacement): void {
    this.#replacements.set(node, asResults(replacement));
  }

  /** The node in the new graph that takes the place of a node of the old one. */
  map(node: Node): Node {
    if (node.operands.length === 0) this.#place(node);
    else if (!this.#replacements.has(node)) {
      for (const each of this.source.reachable([node], (reached) => this.#replacements.has(reached))) this.#place(each);
    }
    return this.#placed(node);
  }

  #placed(node: Node): Node {
    const own = this.#replacements.get(node);
    if (own !== undefined) {
      const [first] = own;
      if (first === undefined) throw new Error(`node ${node.id} was replaced by nothing`);
      return first;
    }
    const [parent] = node.operands;
    if (isNode(node, result) && parent !== undefined) {
      const chosen = this.#replacements.get(parent)?.[node.attributes.index];
      if (chosen !== undefined) return chosen;
    }
    throw new Error(`node ${node.id} (${node.op.name}) was not rebuilt`);
  }

  #place(node: Node): void {
    if (this.#replacements.has(node)) return;
    if (isNode(node, result)) {
      this.#carryNames(node, this.#placed(node));
      return;
    }
    const operands = node.operands.map((operand) => this.#placed(operand));
    const results = asResults(this.visit(node, operands, this.builder));
    this.#replacements.set(node, results);
    const [first] = results;
    if (first !== undefined && node.results.length === 1) this.#carryNames(node, first);
  }

  #carryNames(from: Node, to: Node): void {
    for (const name of this.source.names.get(from) ?? []) this.builder.name(to, name);
    this.builder.locate(to, this.source.locations.get(from));
  }
}

/** A graph with the same inputs and outputs, in which each node is what `visit` makes of it. */
export function rebuild(graph: Graph, visit: Visit = copyNode): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder, visit);
  // Inputs stay even where nothing reads them: they are the signature.
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  return builder.finish(outputs);
}

function asResults(replacement: Replacement): readonly Node[] {
  return 'op' in replacement ? [replacement] : replacement;
}
