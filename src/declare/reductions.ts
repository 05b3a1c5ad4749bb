import { Dim } from '../graph/dim.js';
import { broadcast as broadcastOp } from '../ops/broadcast.js';
import { scalarConstant } from '../ops/construct.js';
import { reduceMax } from '../ops/reduce-max.js';
import { reduceSum } from '../ops/reduce-sum.js';
import type { WithoutAxes } from './axis-shapes.js';
import { axisOf } from './axis.js';
import { add, clip, div, exp, greater, log, max, min, mul, select, sqrt, square, stopGradient, sub } from './elementwise-operations.js';
import { apply, declarationOf, Expression } from './expression.js';
import type { Operand, Shape } from './expression.js';

/** Which axes a reduction runs over: one, several, or all when left out. Negative counts from the last. */
export type Axes = number | readonly number[] | undefined;

/**
 * The axes reduced over disappear; without any given, the result is a scalar.
 *
 * @throws DeclarationError for an axis that the value lacks, and for a scalar
 */
export interface Reduction {
  (value: Expression, axes?: undefined): Expression<readonly []>;
  <const S extends Shape, const Over extends number | readonly number[]>(value: Expression<S>, axes: Over): Expression<WithoutAxes<S, Over>>;
  /** Where TypeScript does not know the shape of the value or the axes: `sum<readonly ['H']>(value, 0)`. */
  <const S extends Shape = Shape>(value: Expression, axes?: Axes): Expression<S>;
}

/** The sum of the elements; the axes summed over disappear. */
export const sum: Reduction = <S extends Shape>(value: Expression, axes?: Axes): Expression<S> =>
  apply(reduceSum, [value], { axes: axesOf(value, axes) });

/** The largest element; ties share the gradient evenly. */
export const maximum: Reduction = <S extends Shape>(value: Expression, axes?: Axes): Expression<S> =>
  apply(reduceMax, [value], { axes: axesOf(value, axes) });

/** The sum divided by how many elements it has. */
export const mean: Reduction = <S extends Shape>(value: Expression, axes?: Axes): Expression<S> => {
  const over = axesOf(value, axes);
  const { declaration, node } = value;
  const count = Dim.product(over.map((axis) => node.type.shape[axis] ?? Dim.one));
  const total = apply<{ axes: readonly number[] }, S>(reduceSum, [value], { axes: over });
  const size = new Expression<readonly []>(declaration, scalarConstant(declaration.builder, count));
  return div(total, along(size, total, []));
};

/**
 * `ln Σ e^a`, without overflow: the maximum is subtracted first. Its gradient is the softmax of the terms, at infinities too:
 *
 * - where all terms are -∞ the value is -∞ and all derivatives are zero (PyTorch: NaN);
 * - where a term is +∞ the value is +∞ and so are the derivatives in the limit: 1 for that term, shared evenly by several, 0 for
 *   the others and at higher orders (PyTorch: NaN for that term, though its `logaddexp` has the limit).
 *
 * What lies beyond the range of float32 counts as infinite. A NaN among the terms gives NaN.
 */
export const logSumExp: Reduction = <S extends Shape>(value: Expression, axes?: Axes): Expression<S> => {
  const over = axesOf(value, axes);
  const { largest, total } = relativePowers<S, Shape>(value, over);
  // The powers tell nothing of a term that is +∞: its slope is that of the maximum.
  return add(log(total), select(greater(largest, largestNumber), largest, stopGradient(largest)));
};

/**
 * `e^a / Σ e^a`, without overflow. A row of -∞ alone gives zeros (PyTorch: NaN), so that what is masked completely counts for
 * nothing; elements that are +∞ share the whole evenly (PyTorch: NaN). All derivatives by infinite elements are zero. What lies
 * beyond the range of float32 counts as infinite. A NaN in a row makes all of it NaN.
 */
export function softmax<S extends Shape>(value: Expression<S>, axis = -1): Expression<S> {
  const over = axesOf(value, axis);
  const { powers, total } = relativePowers<Shape, S>(value, over);
  return div(powers, back(total, value, over));
}

/** The largest float32, in which a module may compute. */
const largestNumber = (2 - 2 ** -23) * 2 ** 127;

/**
 * `e^(a - max a)` and their sum, which is 1 at least unless all elements are -∞. No branch is taken where elements are infinite:
 * the bounds do nothing to other elements, and have slope zero for these.
 */
function relativePowers<Reduced extends Shape, S extends Shape>(value: Expression<S>, over: readonly number[]) {
  const largest = maximum<Reduced>(value, over);
  const centre = clip(stopGradient(largest), -largestNumber, largestNumber);
  const powers = min(exp(sub(value, back(centre, value, over))), 2);
  return { largest, powers, total: max(sum<Reduced>(powers, over), 0.5) };
}

export interface LayerNormOptions<S extends Shape> {
  readonly gain?: Operand<S>;
  readonly bias?: Operand<S>;
  /** Added to the variance under the root. */
  readonly epsilon?: number;
}

/**
 * `gain · (a - mean) / √(var + ε) + bias` over the last axis; the variance is divided by the length.
 * Ba, Kiros & Hinton 2016, eq. 3; ε inside the root as in PyTorch.
 */
export function layerNorm<S extends Shape>(
  value: Expression<S>,
  { gain, bias, epsilon = 1e-5 }: LayerNormOptions<S> = {},
): Expression<S> {
  const over = axesOf(value, -1);
  const centred = sub(value, back(mean(value, over), value, over));
  const deviation = sqrt(add(mean(square(centred), over), epsilon));
  const normal = div(centred, back(deviation, value, over));
  const scaled = gain === undefined ? normal : mul(normal, gain);
  return bias === undefined ? scaled : add(scaled, bias);
}

function axesOf(value: Expression, axes: Axes): number[] {
  declarationOf('a reduction', value);
  const list =
    axes === undefined ? value.node.type.shape.map((_, axis) => axis) : typeof axes === 'number' ? [axes] : axes;
  const found = [...new Set(list.map((axis) => axisOf(value, axis)))].sort((a, b) => a - b);
  if (found.length === 0) throw value.declaration.error('a reduction needs at least one axis');
  return found;
}

/** Repeats a reduced value along the axes that it was reduced over. */
function back<S extends Shape>(reduced: Expression, value: Expression<S>, over: readonly number[]): Expression<S> {
  return along(
    reduced,
    value,
    value.node.type.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis)),
  );
}

function along<S extends Shape>(value: Expression, like: Expression<S>, axes: readonly number[]): Expression<S> {
  const { shape } = like.node.type;
  return shape.length === axes.length ? (value as Expression<S>) : apply(broadcastOp, [value], { shape, axes });
}
