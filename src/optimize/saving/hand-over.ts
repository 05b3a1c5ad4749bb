import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/node.js';

/**
 * Whether a value can't stay in the map that computes it, and is stored at least until the step has used it: something reads it in
 * another order than element by element, or needs it again behind a reduction or product of it, as a layer norm does.
 */
export function isHandedOver(node: Node, { users }: Graph): boolean {
  const readers = users.get(node) ?? [];
  if (!readers.every((reader) => readsEachElement(reader, node))) return true;
  const breaks = [...dependents([node], users)].filter((each) => !isElementwise(each));
  const behind = dependents(breaks, users);
  return readers.some((reader) => behind.has(reader));
}

/** Whether a node reads an operand at the indices at which its loops run. */
function readsEachElement(reader: Node, node: Node): boolean {
  const { lowering } = reader.op;
  if (lowering.kind !== 'contract') return lowering.kind === 'scalar' || lowering.kind === 'reduce';
  const { left, right } = lowering.letters(reader.attributes);
  const hasAll = (own: string, other: string): boolean => Array.from(other).every((letter) => own.includes(letter));
  const [x, y] = reader.operands;
  return (x !== node || hasAll(left, right)) && (y !== node || hasAll(right, left));
}

function isElementwise({ op: { lowering } }: Node): boolean {
  return lowering.kind === 'scalar' || lowering.kind === 'read' || lowering.kind === 'reshape';
}

/** All that needs some nodes, without the nodes themselves unless one needs another. */
function dependents(nodes: readonly Node[], users: Graph['users']): Set<Node> {
  const found = new Set<Node>();
  const stack = nodes.flatMap((node) => users.get(node) ?? []);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    stack.push(...(users.get(node) ?? []));
  }
  return found;
}
