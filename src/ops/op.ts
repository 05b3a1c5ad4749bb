import type { Dim, Sizes } from '../graph/dim.js';
import type { FoldAttributes } from './fold.js';
import type { Graph, GraphBuilder } from '../graph/graph.js';
import type { Node, ValueType } from '../graph/node.js';

/** A dense row-major array of the interpreter. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface EvaluationContext {
  readonly sizes: Sizes;
  /** Evaluates a nested graph (the body of a scan). */
  evaluateGraph(graph: Graph, inputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor>;
}

export interface VjpContext {
  readonly builder: GraphBuilder;
  /** The primal node, in the graph being built. */
  readonly node: Node;
  /** One per result; absent where nothing downstream depends on it. */
  readonly cotangents: readonly (Node | undefined)[];
  /** Gives the n-th result of the node. */
  readonly result: (index: number) => Node;
  /** A cotangent times a slope; where a branch not taken may have left a zero, the zero wins over an infinity. */
  readonly times: (cotangent: Node, slope: Node) => Node;
  /** Whether a value may be infinite or NaN. */
  readonly isSingular: (value: Node) => boolean;
  /** The cotangents may be zeros that a branch not taken has left. */
  readonly fromBranch: boolean;
  /** Whether a cotangent may be infinite or NaN though nobody reads it, as happens in derivatives of derivatives. */
  readonly isUnread: (cotangent: Node) => boolean;
  /** False for operands whose cotangent nobody will read. */
  readonly wants: (slot: number) => boolean;
  /** Says that other nodes compute the same results, and more that the derivative reads. */
  readonly replace: (results: readonly Node[]) => void;
}

export interface JvpContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  /** One per operand; absent where the operand does not depend on what is varied. */
  readonly tangents: readonly (Node | undefined)[];
  readonly result: (index: number) => Node;
  /** Whether a value may be infinite or NaN. */
  readonly isSingular: (value: Node) => boolean;
  /** The operands and their tangents may be zeros that a branch not taken has left. */
  readonly fromBranch: boolean;
  readonly replace: (results: readonly Node[]) => void;
}

/** A value with or without a batch axis, and where that axis stands. */
export interface Batched {
  readonly node: Node;
  readonly axis: number | undefined;
}

export interface BatchContext {
  readonly builder: GraphBuilder;
  readonly size: Dim;
}

/** Where an index-mapped op reads its operand, for one element of its result. */
export interface Read {
  /** One index expression per axis of the operand. */
  readonly index: readonly Dim[];
  /** The element is the fill value unless `0 <= index < size` for each. */
  readonly guards: readonly { readonly index: Dim; readonly size: Dim }[];
}

/** How an op is computed. Elementwise ops give a scalar expression per target; the others name a kernel form. */
export type Lowering<A> =
  | { readonly kind: 'input' }
  | { readonly kind: 'constant'; scalar(attributes: A): ScalarConstant }
  /** The value is the index along one axis. */
  | { readonly kind: 'iota'; axis(attributes: A): number }
  | { readonly kind: 'scalar'; readonly code: ScalarCode }
  /** Operand 0 is read at a mapped index. */
  | { readonly kind: 'read'; read(output: readonly Dim[], attributes: A, operand: ValueType, type: ValueType): Read }
  /** Result k is operand 0 read at a mapped index. */
  | { readonly kind: 'split'; starts(attributes: A): { readonly axis: number; readonly starts: readonly Dim[] } }
  | { readonly kind: 'concat'; axis(attributes: A): number }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'reduce'; readonly combine: 'sum' | 'max'; axes(attributes: A): readonly number[] }
  | { readonly kind: 'contract'; letters(attributes: A): EinsumLetters }
  | { readonly kind: 'gather' }
  | { readonly kind: 'scatterAdd' }
  /** Operand 0 is added to a zero result at a mapped index. */
  | { readonly kind: 'fold'; windows(attributes: A): FoldAttributes }
  | { readonly kind: 'scan' }
  | { readonly kind: 'result'; index(attributes: A): number };

export interface EinsumLetters {
  readonly left: string;
  readonly right: string;
  readonly out: string;
}

export type ScalarConstant = { readonly kind: 'number'; readonly value: number } | { readonly kind: 'dim'; readonly dim: Dim };

/** Functions that a target provides in an exact and perhaps a fast form. */
export type MathFunction = 'exp' | 'expm1' | 'log' | 'log1p' | 'sqrt' | 'tanh' | 'sigmoid' | 'softplus' | 'sin' | 'cos' | 'floor' | 'abs' | 'sign' | 'min' | 'max' | 'pow';

/**
 * Vectors of floats in WebAssembly text. An operand is an expression that may be written once; `let` binds it for more. Truth
 * values are masks: all bits of a lane.
 */
export interface VectorCode {
  /** The value in all lanes. */
  constant(value: number): string;
  /** Binds an expression to a local and gives the text that reads it. */
  let(name: string, code: string): string;
  unary(instruction: 'neg' | 'abs' | 'sqrt' | 'floor' | 'nearest', operand: string): string;
  /** `min` and `max` give NaN where an operand is NaN. */
  binary(instruction: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max', left: string, right: string): string;
  compare(instruction: 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge', left: string, right: string): string;
  /** `andnot` is `left and not right`. */
  logic(instruction: 'and' | 'or' | 'xor' | 'andnot', left: string, right: string): string;
  not(mask: string): string;
  select(mask: string, taken: string, otherwise: string): string;
  math(name: MathFunction, ...operands: readonly string[]): string;
}

/** A scalar expression, per target. */
export interface ScalarCode {
  /** TypeScript for one element; arguments are atoms or parenthesised. `math(f)` gives the name of a maths function. */
  typescript(operands: readonly string[], math: (name: MathFunction) => string): string;
  /** WebAssembly for all lanes of a vector at once. */
  wasm(operands: readonly string[], code: VectorCode): string;
}

/** What every op provides. An object that lacks a member does not compile. */
export interface Op<A> {
  readonly name: string;
  readonly family: 'elementwise' | 'linear' | 'bilinear' | 'structural' | 'special';
  /** The shape rule; throws a `ShapeError`. */
  resultTypes(operands: readonly ValueType[], attributes: A, nodes: readonly Node[]): readonly ValueType[];
  /** The meaning, in float64. */
  evaluate(operands: readonly Tensor[], attributes: A, results: readonly (readonly number[])[], context: EvaluationContext): readonly Float64Array[];
  /** Cotangents of the operands, from those of the results. */
  vjp(context: VjpContext, attributes: A): readonly (Node | undefined)[];
  /** Tangents of the results, from those of the operands. */
  jvp(context: JvpContext, attributes: A): readonly (Node | undefined)[];
  /** The same computation on values with a batch axis; at least one operand has one. */
  batch(context: BatchContext, operands: readonly Batched[], attributes: A): readonly Batched[];
  readonly lowering: Lowering<A>;
  /** Plain-text notation, as in the equations above generated code. Operands come parenthesised where needed. */
  text(operands: readonly string[], attributes: A): string;
  /** TeX notation. */
  tex(operands: readonly string[], attributes: A): string;
  /** How tightly the notation binds: operands that bind less are parenthesised. */
  readonly binding: Binding;
}

/** No attributes. */
export type None = Readonly<Record<string, never>>;
export const none: None = {};

export const Binding = { sum: 1, product: 2, prefix: 3, power: 4, atom: 5 } as const;
export type Binding = (typeof Binding)[keyof typeof Binding];

/** A shape or dtype that does not fit; the declaration adds where it was written and which symbols are meant. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}
