import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { input } from '../ops/input.js';

/** The body of a loop that is given some of its values, as further inputs, in place of computing them. */
export function valuesAsInputs(body: Graph, given: readonly { readonly node: Node; readonly name: string }[]): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const node of body.inputs.values()) rebuilder.map(node);
  for (const { node, name } of given) {
    const own = builder.declareInput(name, builder.node(input, [], { name, type: node.type }));
    rebuilder.replace(node, own);
    for (const alias of body.names.get(node) ?? []) builder.name(own, alias);
  }
  return builder.finish(new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}
