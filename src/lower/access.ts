import { Dim } from '../graph/dim.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { gather } from '../ops/gather.js';
import { result } from '../ops/result.js';
import type { Guard, View } from './kernel-program.js';
import { isRowMajor, rowMajor } from './view.js';

/**
 * How a value is read where it is not stored itself: through ops that only map indices, down to values that are.
 */

/** One step of the way from a node towards stored values. */
export type Route =
  /** A stored or computed value, read at an index. */
  | { readonly kind: 'leaf'; readonly node: Node; readonly index: readonly Dim[] }
  | { readonly kind: 'constant'; readonly node: Node }
  | { readonly kind: 'iota'; readonly index: Dim }
  | { readonly kind: 'read'; readonly node: Node; readonly index: readonly Dim[]; readonly guards: readonly Guard[] }
  /** A row of a table, found through an index that is itself read. */
  | { readonly kind: 'lookup'; readonly table: Node; readonly indices: Node; readonly at: readonly Dim[]; readonly rest: readonly Dim[] }
  /** The elements of a stored value in another arrangement: its linear position. */
  | { readonly kind: 'linear'; readonly node: Node; readonly position: Dim };

/** The next step for a node that is no leaf, read at an index. */
export function route(node: Node, index: readonly Dim[], isLeaf: (node: Node) => boolean): Route {
  if (isLeaf(node)) return { kind: 'leaf', node, index };
  const [operand] = node.operands;
  const { lowering } = node.op;
  if (lowering.kind === 'constant') return { kind: 'constant', node };
  if (lowering.kind === 'iota') return { kind: 'iota', index: index[0] ?? Dim.zero };
  if (operand === undefined) throw new Error(`node ${node.id} (${node.op.name}) can't be read`);
  if (lowering.kind === 'read') {
    const read = lowering.read(index, node.attributes, operand.type, node.type);
    return { kind: 'read', node: operand, index: read.index, guards: read.guards };
  }
  // A split into one part is its operand.
  if (lowering.kind === 'split') return { kind: 'read', node: operand, index, guards: [] };
  if (isNode(node, result) && operand.op.lowering.kind === 'split') {
    const { axis, starts } = operand.op.lowering.starts(operand.attributes);
    const start = starts[node.attributes.index] ?? Dim.zero;
    const [source] = operand.operands;
    if (source === undefined) throw new Error(`the split ${operand.id} has no operand`);
    return { kind: 'read', node: source, index: index.map((dim, k) => (k === axis ? dim.plus(start) : dim)), guards: [] };
  }
  if (isNode(node, gather)) {
    const [table, indices] = node.operands;
    if (table === undefined || indices === undefined) throw new Error('gather lacks an operand');
    const rank = indices.type.shape.length;
    return { kind: 'lookup', table, indices, at: index.slice(0, rank), rest: index.slice(rank) };
  }
  if (lowering.kind === 'reshape') {
    const unit = unitReshape(operand.type.shape, node.type.shape, index);
    if (unit !== undefined) return { kind: 'read', node: operand, index: unit, guards: [] };
    const strides = rowMajor(node.type.shape);
    const position = index.reduce((total, dim, k) => total.plus(dim.times(strides[k] ?? Dim.zero)), Dim.zero);
    return { kind: 'linear', node: operand, position };
  }
  throw new Error(`node ${node.id} (${node.op.name}) has to be stored to be read`);
}

/** The index into the operand where a reshape only adds or drops axes of size 1. */
function unitReshape(from: readonly Dim[], to: readonly Dim[], index: readonly Dim[]): Dim[] | undefined {
  const kept = index.filter((_, k) => !to[k]?.equals(Dim.one));
  const fromKept = from.filter((dim) => !dim.equals(Dim.one));
  const toKept = to.filter((dim) => !dim.equals(Dim.one));
  if (fromKept.length !== toKept.length || !fromKept.every((dim, k) => dim.equals(toKept[k] ?? Dim.zero))) return undefined;
  return from.map((dim) => (dim.equals(Dim.one) ? Dim.zero : (kept.shift() ?? Dim.zero)));
}

/**
 * The view of a node that is nothing but another view of a stored value; undefined where it is guarded, looked up,
 * constant, or in no regular arrangement.
 */
export function viewOf(node: Node, stored: (node: Node) => View | undefined): View | undefined {
  const own = stored(node);
  if (own !== undefined) return own;
  const { kind } = node.op.lowering;
  if (kind === 'concat') return concatView(node, stored);
  const symbols = node.type.shape.map((_, axis) => Dim.symbol(`@${String(axis)}`));
  const step = safeRoute(node, symbols);
  if (step === undefined) return undefined;
  if (step.kind === 'read' && step.guards.length === 0) {
    const inner = viewOf(step.node, stored);
    if (inner === undefined) return undefined;
    const address = step.index.reduce((total, dim, k) => total.plus(dim.times(inner.strides[k] ?? Dim.zero)), inner.offset);
    return { buffer: inner.buffer, ...takeApart(address, symbols.length) };
  }
  if (step.kind === 'linear') {
    const inner = viewOf(step.node, stored);
    if (inner === undefined || !isRowMajor(inner, step.node.type.shape)) return undefined;
    return { buffer: inner.buffer, offset: inner.offset, strides: rowMajor(node.type.shape) };
  }
  return undefined;
}

function safeRoute(node: Node, index: readonly Dim[]): Route | undefined {
  const { kind } = node.op.lowering;
  const parent = node.operands[0]?.op.lowering.kind;
  if (kind === 'read' || kind === 'reshape' || kind === 'split' || (kind === 'result' && parent === 'split')) return route(node, index, () => false);
  return undefined;
}

/** Parts that lie one behind the other are one value. */
function concatView(node: Node, stored: (node: Node) => View | undefined): View | undefined {
  const { lowering } = node.op;
  if (lowering.kind !== 'concat') return undefined;
  const axis = lowering.axis(node.attributes);
  const views = node.operands.map((operand) => ({ operand, view: viewOf(operand, stored) }));
  const first = views[0]?.view;
  if (first === undefined) return undefined;
  let end = first.offset;
  for (const { operand, view } of views) {
    const stride = first.strides[axis];
    const aligned =
      view?.buffer === first.buffer &&
      view.offset.equals(end) &&
      view.strides.every((dim, k) => dim.equals(first.strides[k] ?? Dim.zero) || operand.type.shape[k]?.equals(Dim.one) === true);
    if (!aligned || stride === undefined) return undefined;
    end = end.plus((operand.type.shape[axis] ?? Dim.zero).times(stride));
  }
  return first;
}

/** Splits an address that is affine in the index symbols `@0`, `@1`, … into offset and strides. */
function takeApart(address: Dim, rank: number): { offset: Dim; strides: Dim[] } {
  const without = (axis: number): Map<string, Dim> =>
    new Map(Array.from({ length: rank }, (_, k) => [`@${String(k)}`, k === axis ? Dim.one : Dim.zero]));
  const offset = address.substitute(without(-1));
  return { offset, strides: Array.from({ length: rank }, (_, axis) => address.substitute(without(axis)).minus(offset)) };
}
