import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { clipCotangent } from '../ops/clip-cotangent.js';
import { scan } from '../ops/scan.js';
import { stopGradient } from '../ops/stop-gradient.js';

/** The names of the ops in a graph, loops included, that change the gradient and not the value. */
export function gradientMarkers(graph: Graph): string[] {
  const found = new Set<string>();
  for (const node of graph.nodes) {
    if (isMarker(node)) found.add(node.op.name);
    if (isNode(node, scan)) for (const name of gradientMarkers(node.attributes.body)) found.add(name);
  }
  return [...found].sort();
}

function isMarker(node: Node): boolean {
  return isNode(node, stopGradient) || isNode(node, clipCotangent);
}
