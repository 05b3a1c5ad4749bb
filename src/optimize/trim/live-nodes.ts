import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { result } from '../../ops/result.js';
import { resultLayout, scan } from '../../ops/scan.js';
import type { ScanAttributes } from '../../ops/scan.js';

export interface Liveness {
  readonly nodes: ReadonlySet<Node>;
  /** Which results of a node are read. */
  results(node: Node): ReadonlySet<number>;
}

/**
 * What some outputs of a graph need. A loop needs only what the results that are read need, so that this is less than what can be
 * reached: a sequence that feeds an unread output is not live.
 */
export function liveNodes(graph: Graph, outputs: Iterable<Node>): Liveness {
  const nodes = new Set<Node>(outputs);
  const read = new Map<Node, Set<number>>();
  const results = (node: Node): ReadonlySet<number> => read.get(node) ?? new Set([0]);
  for (const node of [...graph.nodes].reverse()) {
    if (!nodes.has(node)) continue;
    const [parent] = node.operands;
    if (isNode(node, result) && parent !== undefined) {
      read.set(parent, (read.get(parent) ?? new Set()).add(node.attributes.index));
    }
    const slots = isNode(node, scan) ? liveSlots(node.attributes, results(node)) : undefined;
    for (const [slot, operand] of node.operands.entries()) {
      if (slots === undefined || slots.has(slot)) nodes.add(operand);
    }
  }
  return { nodes, results };
}

/** The operands that some results of a loop need. */
function liveSlots(attributes: ScanAttributes, read: ReadonlySet<number>): ReadonlySet<number> {
  const { body, carries, sequences, invariants, outputs, sums } = attributes;
  const { roles } = resultLayout(attributes);
  const named: string[] = [];
  const kept = new Set<string>();
  for (const index of read) {
    const role = roles[index];
    if (role === undefined) continue;
    if (role.kind === 'output' || role.kind === 'sum') named.push((role.kind === 'output' ? outputs : sums)[role.index] ?? '');
    else kept.add(carries[role.index]?.input ?? '');
  }
  const needed = neededInputs(body, carries, named, kept);
  const names = [...carries.map((carry) => carry.input), ...sequences, ...invariants];
  return new Set(names.flatMap((name, slot) => (needed.has(name) ? [slot] : [])));
}

/**
 * The inputs of a loop's body that some of its outputs and carries need, these carries included. A carry is needed as soon
 * as the next value of a needed one reads it: a fixpoint.
 */
export function neededInputs(
  body: Graph,
  carries: ScanAttributes['carries'],
  outputs: readonly string[],
  kept: ReadonlySet<string>,
): Set<string> {
  let needed = new Set(kept);
  for (;;) {
    const next = carries.filter((carry) => needed.has(carry.input)).map((carry) => body.output(carry.output));
    const { nodes } = liveNodes(body, [...outputs.map((name) => body.output(name)), ...next]);
    const grown = new Set(kept);
    for (const [name, node] of body.inputs) if (nodes.has(node)) grown.add(name);
    if (carries.every(({ input }) => grown.has(input) === needed.has(input))) return grown;
    needed = new Set([...needed, ...grown]);
  }
}
