import type { Graph, GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { broadcast } from '../ops/broadcast.js';
import { constant } from '../ops/constant.js';
import { abbreviation } from './abbreviations.js';
import { Binding } from '../ops/op.js';
import { reshape } from '../ops/reshape.js';

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
  const short = notation === 'tex' ? abbreviation(node) : undefined;
  if (short !== undefined) return `${short.name}(${textOf(names, short.operand, false, notation, levels - 1)})`;
  const [only] = node.operands;
  if (notation === 'tex' && only !== undefined && isUnitReshape(node, only)) return textOf(names, only, root, notation, levels);
  const delimited = notation === 'tex' && fractions.has(node.op.name);
  const operands = node.operands.map((operand, slot) => {
    const text = textOf(names, operand, false, notation, levels - 1);
    const loose = !delimited && (bindingOf(names, operand, notation) < node.op.binding || (bindingOf(names, operand, notation) === node.op.binding && (slot > 0 || node.op.name === 'reciprocal') && !associative(node)));
    return loose && node.op.binding < Binding.atom ? (notation === 'tex' ? `\\left(${text}\\right)` : `(${text})`) : text;
  });
  return node.op[notation](operands, node.attributes);
}

/** What TeX sets above and below a line needs no parentheses. */
const fractions: ReadonlySet<string> = new Set(['div', 'reciprocal']);

/** Whether only axes of size 1 come or go: there for shapes to fit, which TeX does not show. */
function isUnitReshape(node: Node, operand: Node): boolean {
  const extents = ({ type: { shape } }: Node): string => shape.map(({ key }) => key).filter((key) => key !== '1').join();
  return isNode(node, reshape) && extents(node) === extents(operand);
}

function associative(node: Node): boolean {
  return node.op.name === 'add' || node.op.name === 'mul';
}

/** What is not written binds like its operand: a broadcast, and in TeX a reshape of unit axes. */
function bindingOf(names: Names, node: Node, notation: 'text' | 'tex'): Binding {
  if (names.nameOf(node) !== undefined || (notation === 'tex' && abbreviation(node) !== undefined)) return Binding.atom;
  if (isNode(node, constant)) {
    const { value } = node.attributes;
    if (typeof value === 'number') return value < 0 ? Binding.prefix : Binding.atom;
    return /^\w*$/.test(value.key) && !/^\d+\D/.test(value.key) ? Binding.atom : /[+-]/.test(value.key) ? Binding.sum : Binding.product;
  }
  const [operand] = node.operands;
  const unwritten = operand !== undefined && (isNode(node, broadcast) || (notation === 'tex' && isUnitReshape(node, operand)));
  if (unwritten) return bindingOf(names, operand, notation);
  return notation === 'tex' && fractions.has(node.op.name) ? Binding.prefix : node.op.binding;
}
