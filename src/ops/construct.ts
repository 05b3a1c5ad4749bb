import type { Dim } from '../graph/dim.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { add } from './add.js';
import { and } from './and.js';
import { broadcast } from './broadcast.js';
import { constant } from './constant.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { exp } from './exp.js';
import { greaterEqual } from './greater-equal.js';
import { greater } from './greater.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { multiplyNoNan } from './multiply-no-nan.js';
import { neg } from './neg.js';
import { none } from './op.js';
import { pow } from './pow.js';
import { reciprocal } from './reciprocal.js';
import { result } from './result.js';
import { select } from './select.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { sin } from './sin.js';
import { square } from './square.js';
import { sub } from './sub.js';

/** Shorthand for the nodes of which derivative rules are made. */
type Builder = GraphBuilder;

export const total = (b: Builder, x: Node, y: Node): Node => b.node(add, [x, y], none);
export const difference = (b: Builder, x: Node, y: Node): Node => b.node(sub, [x, y], none);
export const product = (b: Builder, x: Node, y: Node): Node => b.node(mul, [x, y], none);
export const quotient = (b: Builder, x: Node, y: Node): Node => b.node(div, [x, y], none);
export const negate = (b: Builder, x: Node): Node => b.node(neg, [x], none);
export const squareOf = (b: Builder, x: Node): Node => b.node(square, [x], none);
export const reciprocalOf = (b: Builder, x: Node): Node => b.node(reciprocal, [x], none);
export const exponential = (b: Builder, x: Node): Node => b.node(exp, [x], none);
export const logarithm = (b: Builder, x: Node): Node => b.node(log, [x], none);
export const logistic = (b: Builder, x: Node): Node => b.node(sigmoid, [x], none);
export const sine = (b: Builder, x: Node): Node => b.node(sin, [x], none);
export const cosine = (b: Builder, x: Node): Node => b.node(cos, [x], none);
export const signOf = (b: Builder, x: Node): Node => b.node(sign, [x], none);
export const power = (b: Builder, x: Node, y: Node): Node => b.node(pow, [x, y], none);
export const isGreater = (b: Builder, x: Node, y: Node): Node => b.node(greater, [x, y], none);
export const isGreaterOrEqual = (b: Builder, x: Node, y: Node): Node => b.node(greaterEqual, [x, y], none);
export const isEqual = (b: Builder, x: Node, y: Node): Node => b.node(equal, [x, y], none);
export const bothTrue = (b: Builder, x: Node, y: Node): Node => b.node(and, [x, y], none);

/** `x · y`, and zero where x is an exact zero even against an infinite y. */
export const guardedProduct = (b: Builder, x: Node, y: Node): Node => b.node(multiplyNoNan, [x, y], none);

/** `x · y`, and zero where either is an exact zero. */
export const strongProduct = (b: Builder, x: Node, y: Node): Node => unlessTrue(b, isEqual(b, y, zero(b, y)), guardedProduct(b, x, y));

export const selectNode = (b: Builder, condition: Node, x: Node, y: Node): Node => b.node(select, [condition, x, y], none);
export const selectOrZero = (b: Builder, condition: Node, x: Node): Node => selectNode(b, condition, x, zero(b, x));
export const unlessTrue = (b: Builder, condition: Node, x: Node): Node => selectNode(b, condition, zero(b, x), x);

/** `x / n`, and zero where n is not above zero: the mean of nothing is 0. */
export function meanOf(b: Builder, x: Node, n: Node): Node {
  const some = isGreater(b, n, zero(b, n));
  return selectOrZero(b, some, quotient(b, x, selectNode(b, some, n, one(b, n))));
}

/** A real scalar: a number, or a size like the N of a mean. */
export const scalarConstant = (b: Builder, value: number | Dim): Node => b.node(constant, [], { dtype: 'real', value });

/** A constant in the shape of another node. */
export const scalarLike = (b: Builder, value: number, like: Node): Node => fill(b, value, like.type.shape);
export const fill = (b: Builder, value: number | Dim, shape: readonly Dim[]): Node =>
  broadcastTo(b, scalarConstant(b, value), shape, []);
export const one = (b: Builder, like: Node): Node => scalarLike(b, 1, like);
export const zero = (b: Builder, like: Node): Node => scalarLike(b, 0, like);

/** Repeats a value along new axes; `axes[k]` is where axis k of the value stands in the result. */
export function broadcastTo(b: Builder, node: Node, shape: readonly Dim[], axes: readonly number[]): Node {
  return shape.length === axes.length ? node : b.node(broadcast, [node], { shape, axes });
}

/** The n-th result of a node; the node itself where it has one only. */
export function resultOf(b: Builder, node: Node, index: number): Node {
  return node.results.length === 1 ? node : b.node(result, [node], { index });
}

/**
 * The slope of an extremum with respect to one argument, applied to a gradient: all of it where `larger > smaller`,
 * half at a tie.
 */
export function extremumPartial(b: Builder, larger: Node, smaller: Node): (gradient: Node) => Node {
  return (gradient) =>
    selectNode(
      b,
      isGreater(b, larger, smaller),
      gradient,
      selectOrZero(b, isEqual(b, larger, smaller), product(b, scalarLike(b, 0.5, gradient), gradient)),
    );
}
