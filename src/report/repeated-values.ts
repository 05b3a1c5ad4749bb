import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { constant } from '../ops/constant.js';
import { result } from '../ops/result.js';

export interface Notation {
  /** What is written when the node is: its operands, unless there is a shorter way. */
  readonly operandsOf: (node: Node) => readonly Node[];
  readonly isNamed: (node: Node) => boolean;
}

/** Values without a name that equations would write more than once, in the given order: they deserve one. */
export function repeatedValues(nodes: readonly Node[], { operandsOf, isNamed }: Notation): Node[] {
  const users = new Map<Node, Node[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) for (const operand of operandsOf(node)) users.get(operand)?.push(node);
  const usersOf = (node: Node): readonly Node[] => users.get(node) ?? [];
  // Parts of a split count, and what is repeated counts where it is read.
  const uses = (node: Node): number =>
    usersOf(node).reduce(
      (count, user) => count + (user.op.name === 'broadcast' || user.results.length > 1 ? Math.max(1, usersOf(user).length) : 1),
      0,
    );
  return nodes.filter((node) => !isNamed(node) && uses(node) > 1 && !isPlain(node));
}

/** Short enough to be written again wherever it is used. */
function isPlain(node: Node): boolean {
  if (isNode(node, constant) || (isNode(node, result) && node.operands[0]?.op.name !== 'scan')) return true;
  return node.results.length > 1 || node.operands.every((operand) => isNode(operand, constant)) || node.op.name === 'broadcast';
}
