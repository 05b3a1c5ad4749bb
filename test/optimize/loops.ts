import type { Graph } from '../../src/graph/graph.js';
import { isNode } from '../../src/graph/node.js';
import type { Node } from '../../src/graph/node.js';
import type { Op } from '../../src/ops/op.js';
import { result } from '../../src/ops/result.js';
import { resultLayout, scan, scanParts } from '../../src/ops/scan.js';
import type { ScanParts, ScanResultRole } from '../../src/ops/scan.js';

/** The graph and the bodies of all loops in it. */
export function levels(graph: Graph): Graph[] {
  return [graph, ...graph.nodes.flatMap((node) => (isNode(node, scan) ? levels(node.attributes.body) : []))];
}

/** The applications of an op, in loops too. */
export function nodesOf<A>(graph: Graph, op: Op<A>): Node<A>[] {
  return levels(graph).flatMap((level) => level.nodes.filter((node): node is Node<A> => isNode(node, op)));
}

export interface Loop {
  readonly node: Node;
  readonly parts: ScanParts;
  /** The results that the graph reads. */
  readonly read: readonly ScanResultRole[];
}

/** The loops of a graph, those inside others left out. */
export function loopsOf(graph: Graph): Loop[] {
  return graph.nodes.flatMap((node) => {
    if (!isNode(node, scan)) return [];
    const { roles } = resultLayout(node.attributes);
    const users = graph.users.get(node) ?? [];
    const indices = roles.length === 1 ? [0] : users.flatMap((user) => (isNode(user, result) ? [user.attributes.index] : []));
    return [{ node, parts: scanParts(node, node.attributes), read: indices.flatMap((index) => roles[index] ?? []) }];
  });
}

export function onlyLoop(graph: Graph): Loop {
  const [loop, ...others] = loopsOf(graph);
  if (loop === undefined || others.length > 0) throw new Error(`the graph has ${String(loopsOf(graph).length)} loops`);
  return loop;
}
