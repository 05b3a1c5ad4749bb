import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { input } from '../../ops/input.js';
import { result } from '../../ops/result.js';
import type { ScanParts } from '../../ops/scan.js';

/** From when on the values of a loop's body are known: `late` from their step on, `early` and `fixed` before the loop. */
export interface Dependence {
  /** A carry is needed for it. */
  readonly isLate: (node: Node) => boolean;
  /** It changes from step to step, but is the same whatever the loop does. */
  readonly isEarly: (node: Node) => boolean;
}

export function dependenceOf({ body, carries, sequences, step }: ScanParts): Dependence {
  const late = dependents(body.nodes, new Set(carries.map((carry) => carry.input)));
  const perStep = dependents(body.nodes, new Set([...sequences.map((sequence) => sequence.input), ...(step === undefined ? [] : [step])]));
  return {
    isLate: (node) => late.has(node),
    isEarly: (node) => perStep.has(node) && !late.has(node),
  };
}

function dependents(nodes: readonly Node[], inputs: ReadonlySet<string>): Set<Node> {
  const found = new Set<Node>();
  for (const node of nodes) {
    const own = isNode(node, input) && inputs.has(node.attributes.name);
    if (own || node.operands.some((operand) => found.has(operand))) found.add(node);
  }
  return found;
}

/** Nothing but another arrangement of a value: it is read through, and never stored for its own sake. */
export function isArrangement(node: Node): boolean {
  const [parent] = node.operands;
  if (isNode(node, result)) return parent?.op.lowering.kind === 'split';
  switch (node.op.lowering.kind) {
    case 'read':
    case 'reshape':
    case 'split':
    case 'gather':
    case 'constant':
    case 'iota':
      return true;
    default:
      return false;
  }
}

/** The inputs and the values with work of their own that some nodes are made from, arrangements read through. */
export function valuesBehind(nodes: Iterable<Node>): Set<Node> {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (isArrangement(node)) stack.push(...node.operands);
    else found.add(node);
  }
  return found;
}
