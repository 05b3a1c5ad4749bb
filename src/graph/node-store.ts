import { MultiDirectedGraph } from 'graphology';
import type { Node } from './node.js';

interface NodeRecord {
  readonly node: Node;
}
interface EdgeRecord {
  readonly slot: number;
}
/** The storage: an edge runs from operand to user and carries the operand's slot, so `mul(x, x)` is two edges. */
export type GraphStore = MultiDirectedGraph<NodeRecord, EdgeRecord>;

/**
 * The nodes of one builder, in order of creation. They are written to the storage when it is read: most graphs are a step
 * between two passes, and building them is most of what a compilation does.
 */
export class NodeStore {
  readonly #nodes: Node[] = [];
  #written = 0;
  #graph: GraphStore | undefined;

  get size(): number {
    return this.#nodes.length;
  }

  has(node: Node): boolean {
    return this.#nodes[node.index] === node;
  }

  add(node: Node): void {
    this.#nodes.push(node);
  }

  get graph(): GraphStore {
    const graph = (this.#graph ??= new MultiDirectedGraph<NodeRecord, EdgeRecord>());
    for (const node of this.#nodes.slice(this.#written)) {
      graph.addNode(node.id, { node });
      for (const [slot, operand] of node.operands.entries()) graph.addEdge(operand.id, node.id, { slot });
    }
    this.#written = this.#nodes.length;
    return graph;
  }
}
