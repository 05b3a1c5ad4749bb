import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { copyNode, Rebuilder } from '../graph/rebuild.js';
import { input } from '../ops/input.js';
import { resultLayout, scan, scanParts } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { fixCarries, mergeCarries } from './trim/carries.js';
import { narrowInputs } from './trim/inputs.js';
import { liveNodes } from './trim/live-nodes.js';
import { addLoop, sourceOf } from './trim/loop.js';
import { forwardOutputs } from './trim/outputs.js';
import { dropUnread } from './trim/unread.js';

/**
 * Removes what the outputs do not need, inside loops too: outputs that nobody reads, carries and inputs that only they
 * needed, and whatever can be had from a history or from what was passed in. The inputs of the graph stay, being its
 * signature.
 *
 * It runs behind each pass that adds to loops. Differentiation emits the primal loop again with every value that its
 * derivative might read as an output; cutting a program into entries leaves each entry with loops that do the work of all.
 */
export function trim(graph: Graph): Graph {
  const inputs = new Set(graph.inputs.keys());
  let trimmed = graph;
  // What a loop turns out not to need can make an earlier loop smaller; what leaves a graph as large as it was has found nothing.
  for (let size = extent(graph); ; ) {
    trimmed = restrict(trimmed, inputs);
    const next = extent(trimmed);
    if (next === size) return trimmed;
    size = next;
  }
}

/** One round, and the graph keeps only the named inputs. The outputs must not need others. */
export function restrict(graph: Graph, inputs: ReadonlySet<string>): Graph {
  const live = liveNodes(graph, graph.outputs.values());
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder, (node, operands) => {
    const kept = isNode(node, input) ? inputs.has(node.attributes.name) : live.nodes.has(node);
    if (!kept) return node.results.map(() => absent(builder));
    if (!isNode(node, scan)) return copyNode(node, operands, builder);
    return trimLoop(builder, { ...node, operands }, live.results(node)).map((result) => result ?? absent(builder));
  });
  for (const [name, node] of graph.inputs) if (inputs.has(name)) rebuilder.map(node);
  return builder.finish(new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}

/** Stands for a value that nobody reads; no graph has an input without a name. */
function absent(builder: GraphBuilder): Node {
  return builder.node(input, [], { name: '', type: { dtype: 'real', shape: [] } });
}

function trimLoop(builder: GraphBuilder, node: Node<ScanAttributes>, read: ReadonlySet<number>): (Node | undefined)[] {
  const parts = scanParts(node, node.attributes);
  const sources = resultLayout(node.attributes).roles.map((role, index) => (read.has(index) ? sourceOf(role, parts) : undefined));
  let loop = dropUnread({ parts, sources });
  for (;;) {
    const changed = narrowInputs(fixCarries(builder, mergeCarries(forwardOutputs(builder, loop))));
    if (changed === loop) return addLoop(builder, loop);
    loop = dropUnread(changed);
  }
}

/** How many nodes a graph has, and how many inputs and outputs its loops, those inside counted. */
function extent(graph: Graph): number {
  return graph.nodes.reduce((total, node) => {
    if (!isNode(node, scan)) return total + 1;
    return total + node.operands.length + node.results.length + extent(node.attributes.body);
  }, 0);
}
