import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { jumps } from '../../ops/elementwise.js';
import { input } from '../../ops/input.js';
import { CutNetwork } from './minimum-cut.js';

/** What a later loop has of the values of an earlier one's step. */
export interface Choice {
  /** It reads these: inputs of the step and values that are saved. */
  readonly read: ReadonlySet<Node>;
  /** It computes these again. */
  readonly again: ReadonlySet<Node>;
}

export interface Prices {
  /** Infinite for what can't be read. */
  readonly reading: (node: Node) => number;
  /** Without what its operands cost; infinite for what can't be computed again. */
  readonly computing: (node: Node) => number;
}

/**
 * The cheapest way to have some values of a step at hand later: a value is read, or computed again from its operands, which are
 * needed then.
 *
 * This is a minimum cut. The source stands for what is needed. Each value has two nodes, *needed* and *again*:
 *
 *     source ─▶ needed                      for the values that are wanted
 *     needed ─ price of reading it ─▶ again
 *     again ─ price of computing it ─▶ sink
 *     again ─▶ needed of each operand       these edges can't be cut
 *
 * What is needed but not on the source's side as *again* is read. Of choices that cost the same, the cut nearest to the wanted
 * values is taken: where nothing is gained nothing changes.
 *
 * An op that jumps is done again only from what the earlier loop had exactly so. Saved values are rounded to float32, while
 * TypeScript computes in float64: a comparison of them might fall out the other way. So there is a third node, *exact*, for the
 * values behind such an op, from which only inputs can be read.
 */
export function cheapestChoice(step: Graph, wanted: ReadonlySet<Node>, { reading, computing }: Prices): Choice {
  const network = new CutNetwork();
  const source = network.node();
  const sink = network.node();
  const values = step.reachable(wanted, (node) => computing(node) === Infinity);
  const needed = new Map(values.map((node) => [node, network.node()]));
  const again = new Map(values.map((node) => [node, network.node()]));
  const exact = new Map(values.map((node) => [node, isKeptExactly(node) ? at(needed, node) : network.node()]));
  for (const node of values) {
    const own = at(again, node);
    const price = computing(node);
    if (wanted.has(node)) network.edge(source, at(needed, node), Infinity);
    network.edge(at(needed, node), own, reading(node));
    network.edge(own, sink, price);
    if (!isKeptExactly(node)) network.edge(at(exact, node), own, Infinity);
    if (price === Infinity) continue;
    for (const operand of node.operands) {
      network.edge(own, at(needed, operand), Infinity);
      if (jumps(node.op)) network.edge(own, at(exact, operand), Infinity);
      if (!isKeptExactly(node)) network.edge(at(exact, node), at(exact, operand), Infinity);
    }
  }
  const side = network.sideOfSource(source, sink);
  const isAgain = (node: Node): boolean => side.has(at(again, node));
  return {
    read: new Set(values.filter((node) => side.has(at(needed, node)) && !isAgain(node))),
    again: new Set(values.filter(isAgain)),
  };
}

/** Inputs of the step are read as the earlier loop read them, and only reals are rounded. */
function isKeptExactly(node: Node): boolean {
  return isNode(node, input) || node.type.dtype !== 'real';
}

function at(numbers: ReadonlyMap<Node, number>, node: Node): number {
  const number = numbers.get(node);
  if (number === undefined) throw new Error(`node ${node.id} has no place in the network`);
  return number;
}
