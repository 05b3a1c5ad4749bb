import { abs as absOp } from '../ops/abs.js';
import { add as addOp } from '../ops/add.js';
import { and as andOp } from '../ops/and.js';
import { clip as clipOp } from '../ops/clip.js';
import { clipCotangent as clipCotangentOp } from '../ops/clip-cotangent.js';
import { cos as cosOp } from '../ops/cos.js';
import { div as divOp } from '../ops/div.js';
import { equal as equalOp } from '../ops/equal.js';
import { exp as expOp } from '../ops/exp.js';
import { expm1 as expm1Op } from '../ops/expm1.js';
import { floor as floorOp } from '../ops/floor.js';
import { greater as greaterOp } from '../ops/greater.js';
import { greaterEqual as greaterEqualOp } from '../ops/greater-equal.js';
import { log as logOp } from '../ops/log.js';
import { log1p as log1pOp } from '../ops/log1p.js';
import { max as maxOp } from '../ops/max.js';
import { min as minOp } from '../ops/min.js';
import { mul as mulOp } from '../ops/mul.js';
import { neg as negOp } from '../ops/neg.js';
import { not as notOp } from '../ops/not.js';
import { pow as powOp } from '../ops/pow.js';
import type { None, Op } from '../ops/op.js';
import { reciprocal as reciprocalOp } from '../ops/reciprocal.js';
import { relu as reluOp } from '../ops/relu.js';
import { select as selectOp } from '../ops/select.js';
import { sigmoid as sigmoidOp } from '../ops/sigmoid.js';
import { sign as signOp } from '../ops/sign.js';
import { sin as sinOp } from '../ops/sin.js';
import { softplus as softplusOp } from '../ops/softplus.js';
import { sqrt as sqrtOp } from '../ops/sqrt.js';
import { square as squareOp } from '../ops/square.js';
import { stopGradient as stopGradientOp } from '../ops/stop-gradient.js';
import { sub as subOp } from '../ops/sub.js';
import { tanh as tanhOp } from '../ops/tanh.js';
import { apply, applyElementwise, Expression } from './expression.js';
import type { Operand, Shape } from './expression.js';

/**
 * Elementwise operations. All operands have one shape; a number is repeated to fit, anything else is brought to shape
 * with `broadcast`. Derivatives at kinks are those of PyTorch (see each op).
 */

/** The sum of two or more values. The sum of a gate's pre-activation with something else is still that gate's. */
export function add<S extends Shape>(first: Operand<S>, ...rest: readonly Operand<S>[]): Expression<S> {
  return foldLeft(addOp, first, rest);
}

/** The elementwise product of two or more values. */
export function mul<S extends Shape>(first: Operand<S>, ...rest: readonly Operand<S>[]): Expression<S> {
  return foldLeft(mulOp, first, rest);
}

/** `a - b`. */
export const sub = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(subOp, a, b);
/** `a / b`. */
export const div = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(divOp, a, b);
/** `a^b`. */
export const pow = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(powOp, a, b);
/** The smaller one; at a tie each takes half the gradient. NaN if either is. */
export const min = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(minOp, a, b);
/** The larger one; at a tie each takes half the gradient. NaN if either is. */
export const max = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(maxOp, a, b);
/** `min(max(a, low), high)`; the gradient passes on the closed interval. */
export const clip = <S extends Shape>(a: Expression<S>, low: Operand<S>, high: Operand<S>): Expression<S> =>
  applyElementwise(clipOp, [a, low, high]);

/** `-a`. */
export const neg = <S extends Shape>(a: Expression<S>): Expression<S> => unary(negOp, a);
/** `e^a`. */
export const exp = <S extends Shape>(a: Expression<S>): Expression<S> => unary(expOp, a);
/** `e^a - 1`, precise near 0. */
export const expm1 = <S extends Shape>(a: Expression<S>): Expression<S> => unary(expm1Op, a);
/** `ln a`. */
export const log = <S extends Shape>(a: Expression<S>): Expression<S> => unary(logOp, a);
/** `ln(1 + a)`, precise near 0. */
export const log1p = <S extends Shape>(a: Expression<S>): Expression<S> => unary(log1pOp, a);
/** `√a`. */
export const sqrt = <S extends Shape>(a: Expression<S>): Expression<S> => unary(sqrtOp, a);
/** `1 / a`. */
export const reciprocal = <S extends Shape>(a: Expression<S>): Expression<S> => unary(reciprocalOp, a);
/** `a²`. */
export const square = <S extends Shape>(a: Expression<S>): Expression<S> => unary(squareOp, a);
/** The hyperbolic tangent. */
export const tanh = <S extends Shape>(a: Expression<S>): Expression<S> => unary(tanhOp, a);
/** The logistic sigmoid, `1 / (1 + e^-a)`. */
export const sigmoid = <S extends Shape>(a: Expression<S>): Expression<S> => unary(sigmoidOp, a);
/** `max(a, 0)`, with slope 0 at 0. */
export const relu = <S extends Shape>(a: Expression<S>): Expression<S> => unary(reluOp, a);
/** `ln(1 + e^a)`. */
export const softplus = <S extends Shape>(a: Expression<S>): Expression<S> => unary(softplusOp, a);
/** `|a|`, with slope 0 at 0. */
export const abs = <S extends Shape>(a: Expression<S>): Expression<S> => unary(absOp, a);
/** -1, 0 or 1; no gradient flows. */
export const sign = <S extends Shape>(a: Expression<S>): Expression<S> => unary(signOp, a);
/** The sine of radians. */
export const sin = <S extends Shape>(a: Expression<S>): Expression<S> => unary(sinOp, a);
/** The cosine of radians. */
export const cos = <S extends Shape>(a: Expression<S>): Expression<S> => unary(cosOp, a);
/** The largest integer not above a; no gradient flows. */
export const floor = <S extends Shape>(a: Expression<S>): Expression<S> => unary(floorOp, a);
/** The value, through which no gradient flows. */
export const stopGradient = <S extends Shape>(a: Expression<S>): Expression<S> => unary(stopGradientOp, a);
/** The value, whose gradient is clipped to ±bound on the way back: clipping per step inside a recurrence. */
export const clipCotangent = <S extends Shape>(a: Expression<S>, bound: number): Expression<S> =>
  apply(clipCotangentOp, [a], { bound });

/** `a = b`. Comparisons give truth values, for `select`; no gradient flows through them. */
export const equal = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(equalOp, a, b);
/** `a > b`. */
export const greater = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(greaterOp, a, b);
/** `a ≥ b`. */
export const greaterEqual = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> =>
  binary(greaterEqualOp, a, b);
/** `a < b`. */
export const less = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(greaterOp, b, a);
/** `a ≤ b`. */
export const lessEqual = <S extends Shape>(a: Operand<S>, b: Operand<S>): Expression<S> => binary(greaterEqualOp, b, a);
/** The negation of a truth value. */
export const not = <S extends Shape>(a: Expression<S>): Expression<S> => unary(notOp, a);
/** Whether both truth values hold. */
export const and = <S extends Shape>(a: Expression<S>, b: Expression<S>): Expression<S> => binary(andOp, a, b);
/** `condition ? a : b`, element by element; the branch not taken gets no gradient. */
export const select = <S extends Shape>(condition: Expression<S>, a: Operand<S>, b: Operand<S>): Expression<S> =>
  applyElementwise(selectOp, [condition, a, b]);

const activations: ReadonlySet<Op<None>> = new Set([tanhOp, sigmoidOp, reluOp, softplusOp, expOp, sinOp, cosOp]);

/** The activation of a gate's pre-activation is the gate: `sigmoid(affine('i', …))` is called `i`. */
function unary<S extends Shape>(op: Op<None>, a: Expression<S>): Expression<S> {
  const result = applyElementwise(op, [a]);
  if (!(a instanceof Expression)) return result;
  const { gates, builder } = a.declaration;
  const gate = gates.get(a.node);
  if (
    activations.has(op) &&
    gate !== undefined &&
    builder.nameOf(result.node) === undefined &&
    builder.input(gate) === undefined
  ) {
    builder.name(result.node, gate);
  }
  return result;
}

function binary<S extends Shape>(op: Op<None>, a: Operand<S>, b: Operand<S>): Expression<S> {
  return applyElementwise(op, [a, b]);
}

function foldLeft<S extends Shape>(op: Op<None>, first: Operand<S>, rest: readonly Operand<S>[]): Expression<S> {
  const [second, ...others] = rest;
  if (second === undefined) return applyElementwise(op, [first, op.name === 'mul' ? 1 : 0]);
  let result = binary(op, first, second);
  for (const other of others) result = binary(op, result, other);
  if (op.name === 'add') keepGate(result, [first, ...rest]);
  return result;
}

function keepGate<S extends Shape>(result: Expression<S>, operands: readonly Operand<S>[]): void {
  const { gates } = result.declaration;
  const found = operands.flatMap((operand) => (typeof operand === 'number' ? [] : (gates.get(operand.node) ?? [])));
  const [gate] = found;
  if (gate !== undefined && found.length === 1) gates.set(result.node, gate);
}
