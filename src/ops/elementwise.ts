import { printShape, sameShape } from '../graph/dim.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Dtype, Node } from '../graph/node.js';
import { broadcastTo, guardedProduct, product, total } from './construct.js';
import { Binding, none, ShapeError } from './op.js';
import type { Batched, BatchContext, JvpContext, MathFunction, None, Op, VectorCode, VjpContext } from './op.js';
import { moveAxis } from './transpose.js';

/** The derivative with respect to one operand: a factor, or a function that applies it to a (co)tangent. */
export type Partial = Node | ((gradient: Node) => Node) | undefined;

/** One item for each operand. */
export type PerOperand<Operands extends readonly Dtype[], Item> = { readonly [K in keyof Operands]: Item };

export interface ElementwiseDefinition<Operands extends readonly Dtype[] = readonly Dtype[]> {
  readonly name: string;
  readonly operands: Operands;
  readonly result?: Dtype;
  scalar(...operands: PerOperand<Operands, number>): number;
  /** d result / d operand k, as graph expressions; undefined where it is zero everywhere. */
  partials(builder: GraphBuilder, operands: PerOperand<Operands, Node>, result: Node): PerOperand<Operands, Partial>;
  /** The value or a partial can be infinite or NaN at ordinary operands, and the cotangent an exact zero there. */
  readonly singular?: boolean;
  /** The value jumps somewhere, so that rounding an operand may change it by much. Truth values of reals do in any case. */
  readonly jumps?: boolean;
  /** TypeScript for one element; `math(f)` gives the name of a maths function. */
  typescript(operands: PerOperand<Operands, string>, math: (name: MathFunction) => string): string;
  /** WebAssembly for all lanes of a vector at once, with the meaning of `scalar`. */
  wasm(operands: PerOperand<Operands, string>, code: VectorCode): string;
  text(operands: PerOperand<Operands, string>): string;
  tex(operands: PerOperand<Operands, string>): string;
  readonly binding?: Binding;
  /** Intervals from which tests draw each operand; away from kinks and poles. */
  readonly domain: PerOperand<Operands, readonly [number, number]>;
}

export interface ElementwiseOp extends Op<None> {
  readonly family: 'elementwise';
  readonly operandTypes: readonly Dtype[];
  readonly domain: readonly (readonly [number, number])[];
  /** The value or a partial can be infinite or NaN at ordinary operands. */
  readonly singular: boolean;
  /** The value jumps somewhere. */
  readonly jumps: boolean;
  scalar(...operands: number[]): number;
}

export function isSingular(op: Op<unknown>): boolean {
  return 'singular' in op && op.singular === true;
}

export function jumps(op: Op<unknown>): boolean {
  return 'jumps' in op && op.jumps === true;
}

/**
 * An op that acts on each element alone. From its partials both modes follow:
 * forward `dy = Σ_k ∂y/∂x_k · dx_k`, reverse `dx_k = ∂y/∂x_k · dy`.
 */
export function elementwise<const Operands extends readonly Dtype[]>(definition: ElementwiseDefinition<Operands>): ElementwiseOp {
  const { name } = definition;
  const dtypes: readonly Dtype[] = definition.operands;
  // The shape rule has counted the operands, so that a list of them is the tuple that the definition takes.
  const tuple = <Item>(items: readonly Item[]) => items as unknown as PerOperand<Operands, Item>;
  const scalar = (...operands: number[]) => definition.scalar(...tuple(operands));
  const partials = (builder: GraphBuilder, operands: readonly Node[], result: Node): readonly Partial[] =>
    definition.partials(builder, tuple(operands), result);
  const singular = definition.singular === true;
  /** Applies a partial to a (co)tangent. */
  const apply = (gradient: Node, partial: Partial, times: (gradient: Node, slope: Node) => Node): Node | undefined =>
    typeof partial === 'function' ? partial(gradient) : partial && times(gradient, partial);
  return {
    name,
    family: 'elementwise',
    operandTypes: dtypes,
    singular,
    jumps: definition.jumps === true || (definition.result === 'bool' && dtypes.includes('real')),
    domain: definition.domain,
    scalar,
    resultTypes(types) {
      const [first] = types;
      if (first === undefined || types.length !== dtypes.length) {
        throw new ShapeError(`'${name}' takes ${String(dtypes.length)} operands, not ${String(types.length)}`);
      }
      for (const [slot, type] of types.entries()) {
        if (type.dtype !== dtypes[slot] && !(dtypes[slot] === 'real' && type.dtype === 'index')) {
          throw new ShapeError(`operand ${String(slot + 1)} of '${name}' must be ${String(dtypes[slot])}, not ${type.dtype}`);
        }
        if (!sameShape(type.shape, first.shape)) {
          throw new ShapeError(
            `'${name}' needs operands of one shape, not ${types.map((t) => printShape(t.shape)).join(' and ')}`,
          );
        }
      }
      return [{ dtype: definition.result ?? 'real', shape: first.shape }];
    },
    evaluate(tensors) {
      const [first, second] = tensors;
      const length = first?.data.length ?? 0;
      const out = new Float64Array(length);
      // Those of one and two operands, which are most, without a list for each element.
      if (first !== undefined && tensors.length === 1) for (let k = 0; k < length; k++) out[k] = scalar(first.data[k] ?? NaN);
      else if (first !== undefined && second !== undefined && tensors.length === 2) for (let k = 0; k < length; k++) out[k] = scalar(first.data[k] ?? NaN, second.data[k] ?? NaN);
      else for (let k = 0; k < length; k++) out[k] = scalar(...tensors.map((tensor) => tensor.data[k] ?? NaN));
      return [out];
    },
    vjp({ builder, node, cotangents: [cotangent], result, wants, times, fromBranch }: VjpContext) {
      if (cotangent === undefined) return [];
      const guarded = singular && !fromBranch;
      return partials(builder, node.operands, result(0)).map((partial, slot) =>
        wants(slot) ? apply(cotangent, partial, guarded ? (dy, slope) => guardedProduct(builder, dy, slope) : times) : undefined,
      );
    },
    jvp({ builder, node, tangents, result }: JvpContext) {
      const times = singular ? guardedProduct : product;
      let sum: Node | undefined;
      for (const [slot, partial] of partials(builder, node.operands, result(0)).entries()) {
        const tangent = tangents[slot];
        const term = tangent && apply(tangent, partial, (dx, slope) => times(builder, dx, slope));
        if (term !== undefined) sum = sum === undefined ? term : total(builder, sum, term);
      }
      return [sum];
    },
    batch(context, operands) {
      const { nodes, axis } = alignBatch(context, operands);
      return [{ node: context.builder.node(this, nodes, none), axis }];
    },
    lowering: {
      kind: 'scalar',
      code: {
        typescript: (operands, math) => definition.typescript(tuple(operands), math),
        wasm: (operands, code) => definition.wasm(tuple(operands), code),
      },
    },
    text: (operands) => definition.text(tuple(operands)),
    tex: (operands) => definition.tex(tuple(operands)),
    // Read late: ops and this file import each other, and `Binding` may not be there yet while an op is defined.
    get binding() {
      return definition.binding ?? Binding.atom;
    },
  };
}

/** Gives all operands the same batch axis: moves it where it stands elsewhere, broadcasts where there is none. */
export function alignBatch(context: BatchContext, operands: readonly Batched[]): { nodes: Node[]; axis: number } {
  const { builder, size } = context;
  const axis = operands.find((operand) => operand.axis !== undefined)?.axis ?? 0;
  const nodes = operands.map((operand) => {
    if (operand.axis === axis) return operand.node;
    if (operand.axis !== undefined) return moveAxis(builder, operand.node, operand.axis, axis);
    return insertBatch(builder, operand.node, size, axis);
  });
  return { nodes, axis };
}

/** Broadcasts an unbatched value along a new axis. */
export function insertBatch(builder: GraphBuilder, node: Node, size: BatchContext['size'], axis: number): Node {
  const { shape } = node.type;
  return broadcastTo(
    builder,
    node,
    [...shape.slice(0, axis), size, ...shape.slice(axis)],
    shape.map((_, k) => (k < axis ? k : k + 1)),
  );
}
