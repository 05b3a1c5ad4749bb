import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { multiplyNoNan } from '../ops/multiply-no-nan.js';
import { scan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { select } from '../ops/select.js';

/** What is known of a graph that is the body of a loop. */
export interface Surroundings {
  /** Nodes that may be infinite or NaN. */
  readonly singular?: Iterable<Node>;
  /** Nodes whose cotangent in reverse mode, or whose value in forward mode, may be a zero that a branch not taken has left. */
  readonly fromBranch?: Iterable<Node>;
  /** Whether the cotangents may be infinite or NaN though nobody reads them. */
  readonly unread?: boolean;
}

/** Whether a node is a `select`, a product that a derivative has guarded because of one, or a loop with one inside. */
function isBranch(node: Node): boolean {
  return isNode(node, select) || isNode(node, multiplyNoNan) || (isNode(node, scan) && node.attributes.body.nodes.some(isBranch));
}

/** Whether a derivative has guarded one of the products, so that an infinity may stand where nobody reads it. */
export function hasGuardedProducts(nodes: readonly Node[]): boolean {
  return nodes.some((node) => isNode(node, multiplyNoNan) || (isNode(node, scan) && hasGuardedProducts(node.attributes.body.nodes)));
}

/** The nodes on which a branch depends, or a node that is known for that: in reverse mode a branch not taken sends zeros to them. */
export function readByBranches(order: readonly Node[], known: Iterable<Node> = []): Set<Node> {
  const found = new Set(known);
  for (const node of [...order].reverse()) {
    if (found.has(node) || isBranch(node)) for (const operand of node.operands) found.add(operand);
  }
  return found;
}

/** The branches, and the nodes that depend on one or on a node that is known to: in forward mode a branch makes zeros of them. */
export function madeByBranches(order: readonly Node[], known: Iterable<Node> = []): Set<Node> {
  const found = new Set(known);
  for (const node of order) {
    if (isBranch(node) || node.operands.some((operand) => found.has(operand))) found.add(node);
  }
  return found;
}

/** The carries of a loop that a branch of the same or of a later step reads. */
export function carriesReadByBranches({ body, carries }: ScanAttributes): ScanAttributes['carries'] {
  return fixpoint(carries, (known) => {
    const read = readByBranches(body.nodes, known.map(({ output }) => body.output(output)));
    return ({ input }) => read.has(body.input(input));
  });
}

/** The carries of a loop that a branch of the same or of an earlier step has made. */
export function carriesMadeByBranches({ body, carries }: ScanAttributes): ScanAttributes['carries'] {
  return fixpoint(carries, (known) => {
    const made = madeByBranches(body.nodes, known.map(({ input }) => body.input(input)));
    return ({ output }) => made.has(body.output(output));
  });
}

function fixpoint<Item>(items: readonly Item[], test: (known: readonly Item[]) => (item: Item) => boolean): readonly Item[] {
  let known: readonly Item[] = [];
  for (;;) {
    const next = items.filter(test(known));
    if (next.length === known.length) return known;
    known = next;
  }
}
