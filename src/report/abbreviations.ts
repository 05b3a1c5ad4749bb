import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { broadcast } from '../ops/broadcast.js';
import { constant } from '../ops/constant.js';
import { reshape } from '../ops/reshape.js';

/** A composition that papers write as one function. */
export interface Abbreviation {
  /** In TeX. */
  readonly name: string;
  readonly operand: Node;
}

/** The function that a value is of another, where the language composes it of several operations: softmax, or normalization. */
export function abbreviation(node: Node): Abbreviation | undefined {
  const operand = normalized(node);
  if (operand !== undefined) return { name: '\\operatorname{LN}', operand };
  const exponent = softmaxed(node);
  return exponent && { name: '\\operatorname{softmax}', operand: exponent };
}

/** v of `(v - mean v) / √(mean (v - mean v)² + ε)`. */
function normalized(node: Node): Node | undefined {
  const [centred, deviation] = operandsOf(node, 'div');
  const [variance] = operandsOf(deviation, 'sqrt').flatMap((sum) => operandsOf(sum, 'add'));
  const [squared] = meanOf(variance).flatMap((each) => operandsOf(each, 'square'));
  const [value, mean] = operandsOf(centred, 'sub');
  const [averaged] = meanOf(mean);
  return squared === centred && averaged === value ? value : undefined;
}

/** v of `p / max(Σ p, ½)` where p is `min(e^(v - max v), 2)`. */
function softmaxed(node: Node): Node | undefined {
  const [powers, total] = operandsOf(node, 'div');
  const [sum] = operandsOf(total, 'max');
  const [summed] = operandsOf(sum, 'reduceSum');
  const [value] = operandsOf(powers, 'min').flatMap((power) => operandsOf(power, 'exp')).flatMap((each) => operandsOf(each, 'sub'));
  return summed === powers ? value : undefined;
}

const meanOf = (node: Node | undefined): readonly Node[] => {
  const [sum, count] = operandsOf(node, 'div');
  return count !== undefined && isNode(count, constant) ? operandsOf(sum, 'reduceSum') : [];
};

/** The operands, where this is such an operation; what is only repeated counts as what it repeats. */
function operandsOf(node: Node | undefined, op: string): readonly Node[] {
  return node?.op.name === op ? node.operands.map(bare) : [];
}

function bare(node: Node): Node {
  const [operand] = node.operands;
  return operand !== undefined && (isNode(node, broadcast) || isNode(node, reshape)) ? bare(operand) : node;
}
