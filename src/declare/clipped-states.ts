import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { Rebuilder } from '../graph/rebuild.js';
import { clipCotangent } from '../ops/clip-cotangent.js';
import type { CellDefinition } from './cell.js';
import type { Declaration } from './declaration.js';

/**
 * The step of a cell, computing the same, through which derivatives by the states pass clipped: each element is at most `bound`
 * when it leaves for the step before. Graves 2013, "Generating Sequences With Recurrent Neural Networks", section 2.1, clips the
 * derivatives by what enters the gates; the states are what every cell has.
 *
 * @throws DeclarationError for a bound that is not positive and finite
 */
export function clippedStates(declaration: Declaration, cell: CellDefinition, step: Graph, bound: number): Graph {
  if (!(bound > 0 && bound < Infinity)) throw declaration.error(`clipCotangent must be a positive number, not ${String(bound)}; leave it out for no clipping`);
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(step, builder);
  for (const [name, node] of step.inputs) {
    const copy = rebuilder.map(node);
    if (cell.states.has(name)) rebuilder.replace(node, builder.node(clipCotangent, [copy], { bound }));
  }
  return builder.finish(new Map([...step.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}
