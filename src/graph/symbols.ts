import { Dim } from './dim.js';
import { Graph } from './graph.js';

/** The sizes that occur in a graph: in shapes and in attributes, the bodies of its loops included. */
export function symbolsOf(graph: Graph): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (value instanceof Dim) for (const symbol of value.symbols()) names.add(symbol);
    else if (value instanceof Graph) visitGraph(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  const visitGraph = ({ nodes, inputs }: Graph): void => {
    for (const node of [...inputs.values(), ...nodes]) {
      for (const { shape } of node.results) visit(shape);
      visit(node.attributes);
    }
  };
  visitGraph(graph);
  return [...names];
}
