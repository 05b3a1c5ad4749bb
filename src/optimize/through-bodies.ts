import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import { copyNode } from '../graph/rebuild.js';
import type { Visit } from '../graph/rebuild.js';
import { scan } from '../ops/scan.js';

/**
 * A visit that sees loops with their body put through a pass. A body that occurs twice goes through once, so that equal
 * loops stay equal.
 */
export function throughBodies(pass: (body: Graph) => Graph, visit: Visit = copyNode): Visit {
  const done = new Map<Graph, Graph>();
  return (node, operands, builder) => {
    if (!isNode(node, scan)) return visit(node, operands, builder);
    const { body } = node.attributes;
    let changed = done.get(body);
    if (changed === undefined) done.set(body, (changed = pass(body)));
    return visit({ ...node, attributes: { ...node.attributes, body: changed } }, operands, builder);
  };
}
