import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import { copyNode, rebuild } from '../graph/rebuild.js';
import { clipCotangent } from '../ops/clip-cotangent.js';
import { stopGradient } from '../ops/stop-gradient.js';
import { throughBodies } from './through-bodies.js';

/**
 * Drops what has a meaning for differentiation only: `stopGradient` and `clipCotangent` compute their operand. Runs behind
 * the last differentiation, so that no kernel copies a value and no fusion stops at it.
 */
export function dropGradientMarkers(graph: Graph): Graph {
  return rebuild(
    graph,
    throughBodies(dropGradientMarkers, (node, operands, builder) => {
      const [value] = operands;
      const marker = isNode(node, stopGradient) || isNode(node, clipCotangent);
      const transparent = marker && value?.type.dtype === node.type.dtype;
      return transparent ? value : copyNode(node, operands, builder);
    }),
  );
}
