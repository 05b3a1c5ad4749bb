import { embed } from '../graph/embed.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { ModelDefinition } from '../declare/model.js';
import { vjp } from '../differentiate/reverse.js';
import { fill } from '../ops/construct.js';

/** The cotangent of output `out.y` is the input `d.@y`, that of `final.c` is `dFinal.@c`. No name of a user has an `@`. */
export const cotangentName = (output: string): string =>
  output.startsWith('final.') ? `dFinal.@${output.slice('final.'.length)}` : `d.@${output.slice('out.'.length)}`;
const lossCotangent = 'd.@loss';
export const gradientName = (input: string): string => `grad.${input}`;

/** Adds the gradients: from given cotangents of outputs and final states, or of the loss where there is one. */
export function withGradients(model: ModelDefinition, graph: Graph): Graph {
  if (!model.hasLoss) {
    const outputs = [...graph.outputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
    const wrt = [...graph.inputs].filter(([, node]) => node.type.dtype === 'real').map(([name]) => name);
    return vjp(graph, { wrt, cotangents: new Map(outputs.map((name) => [name, cotangentName(name)])), gradientName });
  }
  const gradients = vjp(graph, { wrt: [...model.parameters.keys()], cotangents: new Map([['loss', lossCotangent]]), gradientName });
  const builder = new GraphBuilder();
  const inputs = new Map<string, Node>();
  for (const [name, node] of gradients.inputs) {
    if (name === lossCotangent) inputs.set(name, fill(builder, 1, []));
    else inputs.set(name, builder.declareInput(name, builder.node(node.op, [], node.attributes)));
  }
  return builder.finish(embed(builder, gradients, inputs));
}
