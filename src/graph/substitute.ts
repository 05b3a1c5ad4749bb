import { Dim } from './dim.js';
import { Graph } from './graph.js';
import { isNode } from './node.js';
import { rebuild, resultsOf } from './rebuild.js';
import { input } from '../ops/input.js';

/** Replaces dims everywhere in a graph, the bodies of its loops included: fixing a size is nothing more. */
export function substituteDims(graph: Graph, replacements: ReadonlyMap<string, Dim>): Graph {
  if (replacements.size === 0) return graph;
  const bodies = new Map<Graph, Graph>();
  const replaceIn = (value: unknown): unknown => {
    if (value instanceof Dim) return value.substitute(replacements);
    if (value instanceof Graph) {
      let body = bodies.get(value);
      if (body === undefined) bodies.set(value, (body = substituteDims(value, replacements)));
      return body;
    }
    if (Array.isArray(value)) return value.map(replaceIn);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replaceIn(entry)]));
    }
    return value;
  };
  return rebuild(graph, (node, operands, builder) => {
    const copy = builder.node(node.op, operands, replaceIn(node.attributes));
    if (isNode(copy, input)) return builder.declareInput(copy.attributes.name, copy);
    return resultsOf(builder, copy);
  });
}
