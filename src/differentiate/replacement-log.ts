import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, resultsOf } from '../graph/rebuild.js';
import { result } from '../ops/result.js';

/**
 * Nodes for which differentiation has built a better one: a loop that, besides what it computed before, also saves what
 * its derivative reads. Applying the log makes all readers use the better node, so that no loop runs twice.
 */
export class ReplacementLog {
  readonly #replacements = new Map<Node, readonly Node[]>();

  /** `results[k]` takes the place of the k-th result of the node. */
  add(node: Node, results: readonly Node[]): void {
    this.#replacements.set(node, results);
  }

  apply(graph: Graph): Graph {
    if (this.#replacements.size === 0) return graph;
    const builder = new GraphBuilder();
    const done = new Map<Node, Node>();
    // The better node is younger than the readers of the old one, so the order of creation is no order here.
    const map = (node: Node): Node => {
      const known = done.get(node);
      if (known !== undefined) return known;
      const [parent] = node.operands;
      let mapped: Node;
      if (isNode(node, result) && parent !== undefined) {
        const better = this.#replacements.get(parent)?.[node.attributes.index];
        mapped = better === undefined ? resultAt(map(parent), node.attributes.index) : map(better);
      } else {
        const better = this.#replacements.get(node)?.[0];
        mapped = better === undefined ? copy(node) : map(better);
      }
      done.set(node, mapped);
      for (const name of graph.names.get(node) ?? []) builder.name(mapped, name);
      builder.locate(mapped, graph.locations.get(node));
      return mapped;
    };
    const copy = (node: Node): Node => {
      const copies = copyNode(node, node.operands.map(map), builder);
      const [first] = 'op' in copies ? [copies] : copies;
      if (first === undefined) throw new Error(`node ${node.id} has no result`);
      return node.results.length === 1 ? first : (first.operands[0] ?? first);
    };
    const resultAt = (node: Node, index: number): Node => {
      const chosen = resultsOf(builder, node)[index];
      if (chosen === undefined) throw new Error(`node ${node.id} has no result ${String(index)}`);
      return chosen;
    };
    for (const node of graph.inputs.values()) map(node);
    return builder.finish(new Map([...graph.outputs].map(([name, node]) => [name, map(node)])));
  }
}
