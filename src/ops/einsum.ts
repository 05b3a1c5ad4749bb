import { Dim, printShape } from '../graph/dim.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Node, ValueType } from '../graph/node.js';
import { total } from './construct.js';
import { guardedContraction } from './contraction.js';
import { Binding, ShapeError } from './op.js';
import type { Batched, EinsumLetters, Op } from './op.js';
import { forEachIndex, offsetOf, rowMajorStrides } from './strides.js';

export type EinsumAttributes = EinsumLetters;

/** Joins the letters to the notation that users know: `oi,i->o`. */
export const notation = ({ left, right, out }: EinsumLetters): string => `${left},${right}->${out}`;

/** One letter per axis. */
const lettersOf = (text: string): string[] => Array.from(text);

/**
 * The product of two arrays summed over the letters that the result lacks: matrix-vector products, outer products,
 * contractions. No letter occurs twice within an operand, and each letter of an operand occurs in the other or in the
 * result; so the derivative of an einsum is an einsum.
 *
 * ∂L/∂left = einsum(∂L/∂out, right), ∂L/∂right = einsum(left, ∂L/∂out)
 */
export const einsum: Op<EinsumAttributes> = {
  name: 'einsum',
  family: 'bilinear',
  resultTypes([left, right], letters) {
    if (left === undefined || right === undefined) throw new ShapeError(`'einsum' takes two operands`);
    const sizes = letterSizes(letters, left, right);
    const shape = lettersOf(letters.out).map((letter) => {
      const size = sizes.get(letter);
      if (size === undefined) throw new ShapeError(`'einsum' ${notation(letters)}: '${letter}' is in no operand`);
      return size;
    });
    if (new Set(letters.out).size !== letters.out.length) {
      throw new ShapeError(`'einsum' ${notation(letters)}: a letter occurs twice in the result`);
    }
    return [{ dtype: 'real', shape }];
  },
  evaluate([left, right], letters, [shape]) {
    if (left === undefined || right === undefined || shape === undefined) return [];
    const summed = lettersOf(letters.left).filter((letter) => !letters.out.includes(letter));
    const space = [...lettersOf(letters.out), ...summed];
    const size = (letter: string): number =>
      left.shape[letters.left.indexOf(letter)] ?? right.shape[letters.right.indexOf(letter)] ?? 0;
    const strides = (own: string, tensorShape: readonly number[]): number[] => {
      const rowMajor = rowMajorStrides(tensorShape);
      return space.map((letter) => (own.includes(letter) ? (rowMajor[own.indexOf(letter)] ?? 0) : 0));
    };
    const leftStrides = strides(letters.left, left.shape);
    const rightStrides = strides(letters.right, right.shape);
    const outStrides = strides(letters.out, shape);
    const out = new Float64Array(shape.reduce((count, n) => count * n, 1));
    // The last letter in a loop of its own: here the interpreter spends most of its time.
    const outer = space.slice(0, -1);
    const last = space.at(-1);
    const count = last === undefined ? 1 : size(last);
    const [leftStep = 0, rightStep = 0, outStep = 0] = [leftStrides, rightStrides, outStrides].map((all) => all[outer.length] ?? 0);
    forEachIndex(outer.map(size), (index) => {
      let [leftAt, rightAt, at] = [offsetOf(index, leftStrides), offsetOf(index, rightStrides), offsetOf(index, outStrides)];
      for (let k = 0; k < count; k++, leftAt += leftStep, rightAt += rightStep, at += outStep) {
        out[at] = (out[at] ?? NaN) + (left.data[leftAt] ?? NaN) * (right.data[rightAt] ?? NaN);
      }
    });
    return [out];
  },
  vjp({ builder, node, cotangents: [cotangent], wants, fromBranch, isSingular, isUnread }, { left, right, out }) {
    const [a, b] = node.operands;
    if (cotangent === undefined || a === undefined || b === undefined) return [];
    const singular = (operand: Node): boolean => fromBranch && isSingular(operand);
    const unread = fromBranch && isUnread(cotangent);
    return [
      wants(0) ? guardedContraction(builder, [cotangent, b], { left: out, right, out: left }, [unread, singular(b)]) : undefined,
      wants(1) ? guardedContraction(builder, [a, cotangent], { left, right: out, out: right }, [singular(a), unread]) : undefined,
    ];
  },
  jvp({ builder, node, tangents: [da, db], fromBranch, isSingular }, letters) {
    const [a, b] = node.operands;
    if (a === undefined || b === undefined) return [];
    const contract = (x: Node, y: Node): Node =>
      guardedContraction(builder, [x, y], letters, [fromBranch && isSingular(x), fromBranch && isSingular(y)]);
    const first = da && contract(da, b);
    const second = db && contract(a, db);
    return [first && second ? total(builder, first, second) : (first ?? second)];
  },
  batch({ builder }, operands, letters) {
    const [left, right] = operands;
    if (left === undefined || right === undefined) return [];
    const batched = batchLetters(letters, left, right);
    return [{ node: builder.node(einsum, [left.node, right.node], batched.letters), axis: batched.axis }];
  },
  lowering: { kind: 'contract', letters: (letters) => letters },
  text: ([a, b], letters) => {
    const form = matrixForm(letters);
    if (form === 'general') return `einsum(${notation(letters)}; ${String(a)}, ${String(b)})`;
    return form === 'outer' ? `${String(a)} ⊗ ${String(b)}` : `${String(a)}${form === 'transposed' ? 'ᵀ' : ''}·${String(b)}`;
  },
  tex: ([a, b], letters) => {
    const form = matrixForm(letters);
    if (letters.out === '' && letters.left === letters.right) return `\\langle ${String(a)}, ${String(b)} \\rangle`;
    if (form === 'general') return `\\operatorname{einsum}_{\\mathit{${letters.left}},\\mathit{${letters.right}} \\to \\mathit{${letters.out}}}(${String(a)}, ${String(b)})`;
    return form === 'outer' ? `${String(a)} \\otimes ${String(b)}` : `${String(a)}${form === 'transposed' ? '^\\top' : ''} ${String(b)}`;
  },
  binding: Binding.product,
};

/** Products that have a notation of their own. */
function matrixForm({ left, right, out }: EinsumLetters): 'product' | 'transposed' | 'outer' | 'general' {
  if (left.length === 2 && right.length === 1 && out.length === 1) return left.endsWith(right) ? 'product' : 'transposed';
  return left.length === 1 && right.length === 1 && out === left + right ? 'outer' : 'general';
}

function letterSizes(letters: EinsumLetters, left: ValueType, right: ValueType): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  const sides = [
    { own: letters.left, type: left, rest: letters.right + letters.out },
    { own: letters.right, type: right, rest: letters.left + letters.out },
  ];
  for (const { own, type, rest } of sides) {
    const fail = (why: string): never => {
      throw new ShapeError(
        `'einsum' ${notation(letters)} of ${printShape(left.shape)} and ${printShape(right.shape)}: ${why}`,
      );
    };
    if (own.length !== type.shape.length) fail(`'${own}' names ${String(own.length)} axes of ${printShape(type.shape)}`);
    for (const [axis, letter] of lettersOf(own).entries()) {
      if (own.indexOf(letter) !== axis) fail(`'${letter}' occurs twice in one operand`);
      if (!rest.includes(letter)) fail(`'${letter}' occurs once only; sum over it first`);
      const size = type.shape[axis] ?? Dim.zero;
      const known = sizes.get(letter);
      if (known !== undefined && !known.equals(size)) fail(`'${letter}' is ${known.key} in one operand and ${size.key} in the other`);
      sizes.set(letter, size);
    }
  }
  return sizes;
}

/** Adds a letter for the batch axis where it stands, and to the result behind the letters that precede it there. */
function batchLetters(letters: EinsumLetters, left: Batched, right: Batched): { letters: EinsumLetters; axis: number } {
  const used = letters.left + letters.right + letters.out;
  const letter = unusedLetter('bnmuvw', used);
  const insert = (text: string, axis: number | undefined): string =>
    axis === undefined ? text : text.slice(0, axis) + letter + text.slice(axis);
  const own = left.axis === undefined ? letters.right : letters.left;
  const before = lettersOf(own.slice(0, left.axis ?? right.axis ?? 0));
  const axis = Math.max(0, ...before.map((l) => letters.out.indexOf(l) + 1));
  return {
    letters: { left: insert(letters.left, left.axis), right: insert(letters.right, right.axis), out: insert(letters.out, axis) },
    axis,
  };
}

/** A letter for one more axis, preferred ones first. */
export function unusedLetter(preferred: string, used: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz';
  const letter = lettersOf(preferred + alphabet + alphabet.toUpperCase()).find((each) => !used.includes(each));
  if (letter === undefined) throw new ShapeError(`'einsum': no letter is left for another axis beside ${used}`);
  return letter;
}

/** A matrix times a vector: `W x`. */
export function matrixVector(builder: GraphBuilder, matrix: Node, vector: Node): Node {
  return builder.node(einsum, [matrix, vector], { left: 'oi', right: 'i', out: 'o' });
}
