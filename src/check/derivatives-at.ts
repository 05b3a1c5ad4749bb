import { jvp } from '../differentiate/forward.js';
import { vjp } from '../differentiate/reverse.js';
import type { Graph } from '../graph/graph.js';
import type { GraphAtPoint, Tensors } from './graph-at-point.js';

/** The gradients of `Σ ⟨weights, outputs⟩` by the inputs named; the outputs of the graph are called like the inputs. */
export function gradientsAt({ graph, sizes, inputs }: GraphAtPoint, wrt: readonly string[], weights: Tensors): GraphAtPoint {
  const gradientName = (name: string): string => `gradient.${name}`;
  const cotangents = new Map([...weights.keys()].map((name) => [name, `cotangent.${name}`]));
  return {
    graph: choose(vjp(graph, { wrt, cotangents, gradientName }), wrt, gradientName),
    sizes,
    inputs: new Map([...inputs, ...renamed(weights, cotangents)]),
  };
}

/** The derivatives of all outputs along a direction; the outputs of the graph are called like those that they derive. */
export function derivativesAt({ graph, sizes, inputs }: GraphAtPoint, direction: Tensors): GraphAtPoint {
  const tangentName = (name: string): string => `derivative.${name}`;
  const tangents = new Map([...direction.keys()].map((name) => [name, `tangent.${name}`]));
  return {
    graph: choose(jvp(graph, { tangents, tangentName }), [...graph.outputs.keys()], tangentName),
    sizes,
    inputs: new Map([...inputs, ...renamed(direction, tangents)]),
  };
}

/** The graph with those outputs alone that it has under other names. */
function choose(graph: Graph, names: readonly string[], nameIn: (name: string) => string): Graph {
  const found = names.filter((name) => graph.outputs.has(nameIn(name)));
  return graph.withOutputs(new Map(found.map((name) => [name, graph.output(nameIn(name))])));
}

function renamed(tensors: Tensors, names: ReadonlyMap<string, string>): Tensors {
  return new Map([...tensors].map(([name, value]) => [names.get(name) ?? name, value]));
}
