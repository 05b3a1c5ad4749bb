import { Dim } from '../../src/graph/dim.js';
import type { DimLike } from '../../src/graph/dim.js';
import type { GraphBuilder } from '../../src/graph/graph.js';
import type { Dtype, Node } from '../../src/graph/node.js';
import type { ElementwiseOp } from '../../src/ops/elementwise.js';
import { none } from '../../src/ops/op.js';
import type { Op } from '../../src/ops/op.js';

/** The sizes of all op tests: all different, so that a mistaken axis shows. */
export const sizes = { A: 2, B: 3, C: 5, N: 4 } as const;

/** Reads an element of an operand; zero outside of it. */
export type Read = (...index: readonly number[]) => number;

export interface OperandCase {
  readonly shape: readonly DimLike[];
  readonly dtype: Dtype;
  /** Where values are drawn from; bounds included. */
  readonly range: readonly [number, number];
}

/** One application of an op, and what it means by a formula that is not the op's own. */
export interface OpCase {
  readonly operands: readonly OperandCase[];
  build(builder: GraphBuilder, operands: readonly Node[]): Node;
  meaning(operands: readonly Read[], index: readonly number[], result: number): number;
  /** False for ops whose reverse derivative is, by definition, not the derivative of their value. */
  readonly lawful: boolean;
}

/** An elementwise op at random points of its domain. */
export function elementwiseCase(op: ElementwiseOp, scalar: (...operands: number[]) => number, { lawful = true } = {}): OpCase[] {
  return [
    {
      operands: op.operandTypes.map((dtype, slot) => ({ shape: ['A', 'B'], dtype, range: op.domain[slot] ?? [-1, 1] })),
      build: (builder, operands) => builder.node(op, operands, none),
      meaning: (operands, index) => scalar(...operands.map((read) => read(...index))),
      lawful,
    },
  ];
}

/** An op on arrays. Real operands are given by their shape alone. */
export function arrayCase<A>(
  op: Op<A>,
  operands: readonly (readonly DimLike[] | OperandCase)[],
  attributes: A,
  meaning: OpCase['meaning'],
  { lawful = true } = {},
): OpCase {
  return {
    operands: operands.map((operand) => ('shape' in operand ? operand : real(operand))),
    build: (builder, nodes) => builder.node(op, nodes, attributes),
    meaning,
    lawful,
  };
}

export function real(shape: readonly DimLike[], range: readonly [number, number] = [-2, 2]): OperandCase {
  return { shape, dtype: 'real', range };
}

/** Indices of rows of an axis. */
export function indices(shape: readonly DimLike[], rows: keyof typeof sizes): OperandCase {
  return { shape, dtype: 'index', range: [0, sizes[rows] - 1] };
}

export function dims(...sources: readonly DimLike[]): Dim[] {
  return sources.map((source) => Dim.from(source));
}

/** `Σ_k term(k)` over the size of a symbol. */
export function sumOver(symbol: keyof typeof sizes, term: (k: number) => number): number {
  return Array.from({ length: sizes[symbol] }, (_, k) => term(k)).reduce((total, value) => total + value, 0);
}
