import type { Dim } from './dim.js';
import type { Op } from '../ops/op.js';

/** `real` follows the precision of the target, `index` is a non-negative integer, `bool` is 0 or 1. */
export type Dtype = 'real' | 'index' | 'bool';

export interface ValueType {
  readonly dtype: Dtype;
  readonly shape: readonly Dim[];
}

/**
 * One application of an op. Nodes are made by `GraphBuilder.node` alone; equal applications are one node.
 * A node with several results (`split`, `scan`) is read through `result` nodes only.
 */
export interface Node<A = unknown> {
  /** Unique and stable within its graph, in order of creation: `n0`, `n1`, … */
  readonly id: string;
  /** The place in the order of creation: operands come before their users. */
  readonly index: number;
  readonly op: Op<A>;
  readonly attributes: A;
  readonly operands: readonly Node[];
  readonly results: readonly ValueType[];
  /** The type of the first result. */
  readonly type: ValueType;
}

/** Where in the user's file an expression was written. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A location that is worked out when somebody asks: reading a stack takes far longer than capturing it. */
export type LazyLocation = () => SourceLocation | undefined;

/** Narrows a node to the attributes of one op. */
export function isNode<A>(node: Node, op: Op<A>): node is Node<A> {
  return node.op === (op as Op<unknown>);
}
