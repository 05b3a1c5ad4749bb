import { Dim, printShape } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import { broadcast as broadcastOp } from '../ops/broadcast.js';
import { concat as concatOp } from '../ops/concat.js';
import { einsum as einsumOp, notation } from '../ops/einsum.js';
import { gather as gatherOp } from '../ops/gather.js';
import { iota as iotaOp } from '../ops/iota.js';
import { fill, resultOf, scalarConstant } from '../ops/construct.js';
import { none } from '../ops/op.js';
import { pad as padOp } from '../ops/pad.js';
import { reshape as reshapeOp } from '../ops/reshape.js';
import { slice as sliceOp } from '../ops/slice.js';
import { split as splitOp } from '../ops/split.js';
import { transpose as transposeOp } from '../ops/transpose.js';
import { windows as windowsOp } from '../ops/windows.js';
import { elementText } from '../report/text.js';
import type { WithSize } from './axis-shapes.js';
import { axisOf } from './axis.js';
import { Declaration } from './declaration.js';
import { apply, declarationOf, Expression } from './expression.js';
import type { Shape } from './expression.js';

/** A constant; a scalar unless a shape is given. */
export function constant<const S extends Shape = readonly []>(value: number, shape?: S): Expression<S> {
  const declaration = Declaration.current('a constant');
  if (Number.isNaN(value)) throw declaration.error('a constant must be a number, not NaN');
  return new Expression(declaration, fill(declaration.builder, value, declaration.shape('the constant', shape ?? [])));
}

/** A size as a number: `sizeOf('H')` is H. */
export function sizeOf(dim: DimLike): Expression<readonly []> {
  const declaration = Declaration.current('a size');
  const [value] = declaration.shape('the size', [dim]);
  return new Expression(declaration, scalarConstant(declaration.builder, value ?? Dim.one));
}

/** `0, 1, …, length - 1`, as indices. */
export function iota<const D extends string | number>(length: D): Expression<readonly [D]> {
  const declaration = Declaration.current('an iota');
  const [dim] = declaration.shape('the iota', [length]);
  return new Expression(declaration, declaration.builder.node(iotaOp, [], { length: dim ?? Dim.one }));
}

/** `W x`: a matrix `[O, I]` times a vector `[I]`. */
export function matrixVector<const O extends string | number, const I extends string | number>(
  matrix: Expression<readonly [O, I]>,
  // NoInfer: else I would be the union of both dims, and a vector of another size would pass.
  vector: Expression<readonly [NoInfer<I>]>,
): Expression<readonly [O]> {
  const declaration = declarationOf('matrixVector', matrix, vector);
  const [rows, vectorRows] = [matrix.node.type.shape, vector.node.type.shape];
  if (rows.length !== 2 || vectorRows.length !== 1 || rows[1]?.equals(vectorRows[0] ?? Dim.zero) !== true) {
    const [left, right] = [matrix, vector].map(
      ({ node }) => `${elementText(declaration.builder, node)} is ${printShape(node.type.shape)}`,
    );
    throw declaration.error(
      `matrixVector multiplies a matrix [O, I] with a vector [I]; ${String(left)} and ${String(right)}`,
    );
  }
  return apply(einsumOp, [matrix, vector], { left: 'oi', right: 'i', out: 'o' });
}

/** `v kᵀ`: two vectors `[A]`, `[B]` give a matrix `[A, B]`. */
export function outer<const A extends string | number, const B extends string | number>(
  v: Expression<readonly [A]>,
  k: Expression<readonly [B]>,
): Expression<readonly [A, B]> {
  return apply(einsumOp, [v, k], { left: 'v', right: 'k', out: 'vk' });
}

/** `v · k`: a scalar. */
export function dot<const A extends string | number>(
  v: Expression<readonly [A]>,
  k: Expression<readonly [NoInfer<A>]>,
): Expression<readonly []> {
  return apply(einsumOp, [v, k], { left: 'i', right: 'i', out: '' });
}

/** The product of two values over named axes: `einsum('oik,ink->on', W, windows(x, …))`. */
export function einsum<const S extends Shape = Shape>(
  letters: string,
  left: Expression,
  right: Expression,
): Expression<S> {
  const match = /^([A-Za-z]*),([A-Za-z]*)->([A-Za-z]*)$/.exec(letters.replaceAll(' ', ''));
  const declaration = declarationOf('einsum', left, right);
  if (match === null) throw declaration.error(`einsum: '${letters}' is not of the form 'oi,i->o'`);
  const [, leftLetters = '', rightLetters = '', out = ''] = match;
  const attributes = { left: leftLetters, right: rightLetters, out };
  if (notation(attributes) === ',->') throw declaration.error(`einsum: '${letters}' names no axis`);
  return apply(einsumOp, [left, right], attributes);
}

/**
 * Repeats a value to a shape. Axes are matched from the last, as in NumPy: an axis of size 1 or one that is missing is
 * repeated.
 */
export function broadcast<const S extends Shape>(value: Expression, shape: S): Expression<S> {
  const declaration = declarationOf('broadcast', value);
  const { node } = value;
  const target = declaration.shape('the broadcast', shape);
  const from = node.type.shape;
  const offset = target.length - from.length;
  const fits = offset >= 0 && from.every((dim, k) => dim.equals(Dim.one) || target[k + offset]?.equals(dim) === true);
  if (!fits) {
    const text = elementText(declaration.builder, node);
    throw declaration.error(
      `broadcast can't repeat ${text}, which is ${printShape(from)}, to ${printShape(target)}; axes are matched from the last`,
    );
  }
  const kept = from
    .map((_, k) => k)
    .filter((k) => from[k]?.equals(Dim.one) === false || target[k + offset]?.equals(Dim.one) === true);
  const squeezed =
    kept.length === from.length
      ? value
      : reshapeTo(
          value,
          kept.flatMap((k) => from[k] ?? []),
        );
  if (kept.length === target.length) return squeezed as Expression<S>;
  return apply(broadcastOp, [squeezed], { shape: target, axes: kept.map((k) => k + offset) });
}

/**
 * Side by side along an axis (the first unless stated; negative counts from the last). The size along it is not known to
 * TypeScript, unless it is given: `concat<readonly ['I+H']>([x, y])`.
 */
export function concat<const First extends Shape, const Axis extends number, const S extends Shape = WithSize<First, Axis, string | number>>(
  values: readonly [Expression<First>, ...Expression[]],
  axis?: Axis,
): Expression<S>;
export function concat<const S extends Shape = Shape>(values: readonly Expression[], axis?: number): Expression<S>;
export function concat(values: readonly Expression[], axis = 0): Expression {
  const [first] = values;
  if (first === undefined) throw Declaration.current('concat').error('concat was given no values');
  return apply(concatOp, values, { axis: axisOf(first, axis) });
}

/** Consecutive parts along an axis. */
export function split<S extends Shape, const Lengths extends readonly (string | number)[]>(
  value: Expression<S>,
  lengths: Lengths,
  axis = 0,
): PartsOf<S, Lengths> {
  const declaration = declarationOf('split', value);
  const parts = apply(splitOp, [value], {
    axis: axisOf(value, axis),
    lengths: declaration.shape('the split', lengths),
  });
  return lengths.map(
    (_, index) => new Expression(declaration, resultOf(declaration.builder, parts.node, index)),
  ) as unknown as PartsOf<S, Lengths>;
}

/** The shapes of a vector's parts are their lengths. */
type PartsOf<S extends Shape, Lengths extends readonly (string | number)[]> = {
  readonly [K in keyof Lengths]: Expression<S extends readonly [string | number] ? readonly [Lengths[K]] : Shape>;
};

/** `length` elements from `start` along the first axis. */
export function slice<const S extends Shape, const Length extends DimLike>(
  value: Expression<S>,
  start: DimLike,
  length: Length,
): Expression<WithSize<S, 0, DimOf<Length>>>;
/** `length` elements from `start` along an axis; negative counts from the last. */
export function slice<const S extends Shape, const Length extends DimLike, const Axis extends number>(
  value: Expression<S>,
  start: DimLike,
  length: Length,
  axis: Axis,
): Expression<WithSize<S, Axis, DimOf<Length>>>;
/** Where TypeScript does not know the shape of the value or the axis: `slice<readonly ['T-2', 'K']>(value, 2, 'T-2')`. */
export function slice<const S extends Shape = Shape>(value: Expression, start: DimLike, length: DimLike, axis?: number): Expression<S>;
export function slice(value: Expression, start: DimLike, length: DimLike, axis = 0): Expression {
  const declaration = declarationOf('slice', value);
  const [size = Dim.one] = declaration.shape('the slice', [length]);
  return apply(sliceOp, [value], {
    axis: axisOf(value, axis),
    start: declaration.dim('the slice', start),
    length: size,
  });
}

/** A size as it stands in a shape; any for a `Dim`, of which TypeScript knows no value. */
type DimOf<Length extends DimLike> = Length extends string | number ? Length : string | number;

/** Zeros before and after along an axis. */
export function pad<const S extends Shape = Shape>(
  value: Expression,
  before: DimLike,
  after: DimLike,
  axis = 0,
): Expression<S> {
  const declaration = declarationOf('pad', value);
  return apply(padOp, [value], {
    axis: axisOf(value, axis),
    before: declaration.dim('the padding', before),
    after: declaration.dim('the padding', after),
  });
}

/** The same elements under another shape, in row-major order. */
export function reshape<const S extends Shape>(value: Expression, shape: S): Expression<S> {
  return reshapeTo(value, declarationOf('reshape', value).shape('the reshape', shape));
}

function reshapeTo<S extends Shape>(value: Expression, shape: readonly Dim[]): Expression<S> {
  return apply(reshapeOp, [value], { shape });
}

/** Reorders the axes; reverses them unless told how. */
export function transpose<const S extends Shape = Shape>(
  value: Expression,
  permutation?: readonly number[],
): Expression<S> {
  declarationOf('transpose', value);
  const rank = value.node.type.shape.length;
  return apply(transposeOp, [value], {
    permutation: permutation ?? Array.from({ length: rank }, (_, k) => rank - 1 - k),
  });
}

/** Rows of a table by index. */
export function gather<const S extends Shape = Shape>(table: Expression, indices: Expression): Expression<S> {
  return apply(gatherOp, [table, indices], none);
}

export interface WindowsOptions {
  readonly axis?: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** `same` gives as many windows as there are elements (stride 1), `valid` only those that lie inside. */
  readonly padding?: 'same' | 'valid';
}

/**
 * Windows of `size` elements along an axis, as a new axis behind it: what a convolution's kernel is multiplied with.
 *
 * @throws DeclarationError for a stride or dilation that is no positive integer, or windows longer than the axis
 */
export function windows<const S extends Shape = Shape>(
  value: Expression,
  size: DimLike,
  options: WindowsOptions = {},
): Expression<S> {
  const declaration = declarationOf('windows', value);
  const { stride = 1, dilation = 1, padding = 'valid' } = options;
  const axis = axisOf(value, options.axis ?? -1);
  const length = value.node.type.shape[axis] ?? Dim.one;
  const [elements = Dim.one] = declaration.shape('the windows', [size]);
  for (const [name, step] of [['stride', stride], ['dilation', dilation]] as const) {
    if (!Number.isSafeInteger(step) || step < 1) {
      throw declaration.error(`windows need a ${name} that is a positive integer, not ${String(step)}`);
    }
  }
  const reach = elements.minus(1).times(dilation);
  if (padding === 'same' && stride !== 1) {
    throw declaration.error(`windows with padding 'same' have stride 1, not ${String(stride)}`);
  }
  const same = padding === 'same';
  const count = same ? length : Dim.ceilDiv(length.minus(reach), stride);
  if ((count.constantValue ?? 1) < 1) {
    throw declaration.error(`windows of ${reach.plus(1).key} elements do not fit into an axis of size ${length.key}`);
  }
  // floor(reach / 2) elements lie before the middle one, as in PyTorch.
  const before = same ? Dim.ceilDiv(reach.minus(1), 2) : Dim.zero;
  return apply(windowsOp, [value], { axis, count, size: elements, stride, dilation, before });
}
