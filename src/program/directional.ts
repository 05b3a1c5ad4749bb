import type { ModelDefinition } from '../declare/model.js';
import { jvp } from '../differentiate/forward.js';
import { embed } from '../graph/embed.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { lowerProgram } from '../lower/lower-program.js';
import type { LoweredProgram } from '../lower/lower-program.js';
import type { Target } from '../lower/task.js';
import { fill } from '../ops/construct.js';
import { gradientName, withGradients } from './gradients.js';
import { inputViews, parameterViews, partsByName } from './input-views.js';
import { flatSize } from './regions.js';
import type { PlacedParameter } from './regions.js';

/** What a module can derive along a direction: its outputs (`jvp`), or its gradient (`hvp`: the Hessian times the direction). */
export type DirectionalDerivative = 'jvp' | 'hvp';

export const directionalDerivatives = ['jvp', 'hvp'] as const satisfies readonly DirectionalDerivative[];

/** The direction of an input, or the derivative of an output. No name of a user has an `@`. */
export const tangentName = (name: string): string => `tangent.@${name}`;

/** The inputs that a direction may move: parameters, and inputs and states of real numbers. */
export function variedInputs({ parameters, inputs, states }: ModelDefinition, graph: Graph): string[] {
  return [...graph.inputs].flatMap(([name, { type }]) => (type.dtype === 'real' && (parameters.has(name) || inputs.has(name) || states.has(name)) ? [name] : []));
}

/**
 * From the graph of a model, with v the direction and u the cotangents: for `jvp` also `∂outputs · v`; for `hvp` only
 * `∂(∂⟨outputs, u⟩) · v`, or `∂²loss · v` where there is a loss, forward over reverse mode.
 */
export function alongDirection(kind: DirectionalDerivative, model: ModelDefinition, graph: Graph): Graph {
  const varied = variedInputs(model, graph);
  const gradients = new Set(varied.map(gradientName));
  const primal = kind === 'jvp' ? graph : withGradients(model, graph);
  const derived = jvp(primal, { tangents: new Map(varied.map((name) => [name, tangentName(name)])), tangentName });
  const builder = new GraphBuilder();
  const inputs = new Map([...derived.inputs].map(([name, node]) => [name, builder.declareInput(name, builder.node(node.op, [], node.attributes))]));
  const found = embed(builder, derived, inputs);
  const outputs = new Map<string, Node>();
  for (const [name, { type }] of primal.outputs) {
    const value = found.get(name);
    if (kind === 'jvp' && value !== undefined) outputs.set(name, value);
    // What does not change has no tangent: zero, for a caller.
    if (kind === 'jvp' ? type.dtype === 'real' : gradients.has(name)) outputs.set(tangentName(name), found.get(tangentName(name)) ?? fill(builder, 0, type.shape));
  }
  return builder.finish(outputs);
}

/** One entry, called like the derivative. The direction by the parameters, and the products, are flat arrays like the parameters. */
export function lowerDirectional(kind: DirectionalDerivative, model: ModelDefinition, graph: Graph, parameters: readonly PlacedParameter[]): LoweredProgram {
  const size = flatSize(parameters);
  let products: ReadonlyMap<string, Target> = new Map();
  return lowerProgram({
    graph,
    entries: [kind],
    entryOfOutput: () => kind,
    inputs(buffers) {
      const direction = partsByName(buffers.make('direction', 'direction', [size]), parameters, tangentName);
      const placed = new Map([...parameterViews(buffers, parameters), ...direction]);
      if (kind === 'hvp') {
        const parts = partsByName(buffers.make('products', 'product', [size]), parameters, (name) => tangentName(gradientName(name)));
        products = new Map([...parts].flatMap(([name, view]) => (graph.outputs.has(name) ? [[name, { view, mode: 'store' }]] : [])));
      }
      return inputViews(buffers, graph, model, placed);
    },
    targets: () => products,
    reserved: [],
  });
}
