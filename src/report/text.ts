import type { Graph, GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { broadcast } from '../ops/broadcast.js';
import { constant } from '../ops/constant.js';
import { Binding } from '../ops/op.js';

type Names = Pick<Graph | GraphBuilder, 'nameOf'>;

/**
 * An expression in plain notation: `sig(W_i·x + R_i·y + b_i)`. Named values other than the root appear by name, so
 * that the text reads like one line of a paper.
 */
export function expressionText(names: Names, root: Node): string {
  return textOf(names, root, true, 'text', Infinity);
}

/** The same in TeX. */
export function expressionTex(names: Names, root: Node): string {
  return textOf(names, root, true, 'tex', Infinity);
}

/** A short text for one operand in an error message: its name, or the expression. */
export function elementText(names: Names, node: Node): string {
  // A few levels fill the space; the whole text of a value that shares its operands may be exponentially long.
  const text = names.nameOf(node) ?? textOf(names, node, true, 'text', 6);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function textOf(names: Names, node: Node, root: boolean, notation: 'text' | 'tex', levels: number): string {
  const name = names.nameOf(node);
  if (!root && name !== undefined) return name;
  if (levels === 0 && node.operands.length > 0) return '…';
  const operands = node.operands.map((operand, slot) => {
    const text = textOf(names, operand, false, notation, levels - 1);
    const loose = bindingOf(names, operand) < node.op.binding || (bindingOf(names, operand) === node.op.binding && (slot > 0 || node.op.name === 'reciprocal') && !associative(node));
    return loose && node.op.binding < Binding.atom ? (notation === 'tex' ? `\\left(${text}\\right)` : `(${text})`) : text;
  });
  return node.op[notation](operands, node.attributes);
}

function associative(node: Node): boolean {
  return node.op.name === 'add' || node.op.name === 'mul';
}

/** A broadcast is not written, so that it binds like what it repeats. */
function bindingOf(names: Names, node: Node): Binding {
  if (names.nameOf(node) !== undefined) return Binding.atom;
  if (isNode(node, constant)) {
    const { value } = node.attributes;
    if (typeof value === 'number') return value < 0 ? Binding.prefix : Binding.atom;
    return /^\w*$/.test(value.key) && !/^\d+\D/.test(value.key) ? Binding.atom : /[+-]/.test(value.key) ? Binding.sum : Binding.product;
  }
  const [operand] = node.operands;
  return isNode(node, broadcast) && operand !== undefined ? bindingOf(names, operand) : node.op.binding;
}
