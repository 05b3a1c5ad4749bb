import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { compileGraph } from '../../src/emit/typescript/graph-function.js';
import type { GraphFunctionOptions } from '../../src/emit/typescript/graph-function.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { expectClose, shapeOf, tensor } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';

export interface Point {
  readonly graph: Graph;
  readonly sizes: Sizes;
  readonly inputs: Tensors;
}

/** What the TypeScript of a graph computes. */
export function compiledValues({ graph, sizes, inputs }: Point, options: Omit<GraphFunctionOptions, 'sizes'> = {}): Tensors {
  const run = compileGraph(graph, { ...options, sizes });
  const data = new Map([...inputs].map(([name, value]) => [name, value.data]));
  // Twice, since a second call finds the arena as the first one left it.
  run(data);
  return new Map([...run(data)].map(([name, values]) => [name, tensor(shapeOf(graph.output(name).type, sizes), values)]));
}

/**
 * The TypeScript of a graph computes what the interpreter does, with sizes as numbers and as names.
 *
 * @param meant - what the graph should compute, where that is known from another graph
 */
export function expectCompiled(point: Point, tolerance = 1e-12, meant: Tensors = evaluate(point.graph, point.inputs, point.sizes)): void {
  for (const namedSizes of [false, true]) expectValues(compiledValues(point, { namedSizes }), meant, tolerance);
}

export function expectValues(actual: Tensors, meant: Tensors, tolerance: number): void {
  expectSameNames(actual, meant);
  for (const [name, value] of meant) {
    const own = actual.get(name);
    if (own !== undefined) expectClose(own, value, tolerance, name);
  }
}

function expectSameNames(actual: Tensors, meant: Tensors): void {
  for (const name of meant.keys()) if (!actual.has(name)) throw new Error(`there is no '${name}'`);
}
