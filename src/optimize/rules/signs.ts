import { add } from '../../ops/add.js';
import { difference, negate, product, total } from '../../ops/construct.js';
import { div } from '../../ops/div.js';
import { mul } from '../../ops/mul.js';
import { multiplyNoNan } from '../../ops/multiply-no-nan.js';
import { neg } from '../../ops/neg.js';
import { none } from '../../ops/op.js';
import { square } from '../../ops/square.js';
import { sub } from '../../ops/sub.js';
import { binary, constantNumber, constantOf, sameDtype, unary } from './match.js';
import type { RewriteRule } from './rule.js';

/**
 * Signs travel outwards through products until a sum, a constant or another sign takes them up. Rounding is symmetric in
 * the sign, so that all of this is exact.
 */

export const doubleNegation: RewriteRule = {
  name: 'doubleNegation',
  flag: 'exact',
  reason: '-(-x) = x',
  apply(node) {
    const x = unary(node, neg);
    const inner = x && unary(x, neg);
    return inner && sameDtype(node, inner);
  },
};

export const subFromZero: RewriteRule = {
  name: 'subFromZero',
  flag: 'exact',
  reason: '0 - x = -x; only 0 - 0 differs, in the sign of a zero',
  apply(node, builder) {
    const [x, y] = binary(node, sub) ?? [];
    return x !== undefined && y !== undefined && constantNumber(x) === 0 ? negate(builder, y) : undefined;
  },
};

export const subOfNegative: RewriteRule = {
  name: 'subOfNegative',
  flag: 'exact',
  reason: 'x - (-y) = x + y',
  apply(node, builder) {
    const [x, y] = binary(node, sub) ?? [];
    const negated = y && unary(y, neg);
    return x !== undefined && negated !== undefined ? total(builder, x, negated) : undefined;
  },
};

export const addOfNegative: RewriteRule = {
  name: 'addOfNegative',
  flag: 'exact',
  reason: 'x + (-y) = x - y',
  apply(node, builder) {
    const [x, y] = binary(node, add) ?? [];
    if (x === undefined || y === undefined) return undefined;
    const right = unary(y, neg);
    if (right !== undefined) return difference(builder, x, right);
    const left = unary(x, neg);
    return left && difference(builder, y, left);
  },
};

export const negOfDifference: RewriteRule = {
  name: 'negOfDifference',
  flag: 'exact',
  reason: '-(x - y) = y - x, but for the sign of a zero',
  apply(node, builder) {
    const operand = unary(node, neg);
    const [x, y] = (operand && binary(operand, sub)) ?? [];
    return x !== undefined && y !== undefined ? difference(builder, y, x) : undefined;
  },
};

export const negOfScaled: RewriteRule = {
  name: 'negOfScaled',
  flag: 'exact',
  reason: '-(c · x) = (-c) · x: the constant takes the sign up',
  apply(node, builder) {
    const operand = unary(node, neg);
    const [x, y] = (operand && binary(operand, mul)) ?? [];
    if (x === undefined || y === undefined) return undefined;
    const right = constantNumber(y);
    if (right !== undefined) return product(builder, x, constantOf(builder, -right, node.type));
    const left = constantNumber(x);
    return left === undefined ? undefined : product(builder, constantOf(builder, -left, node.type), y);
  },
};

export const mulByMinusOne: RewriteRule = {
  name: 'mulByMinusOne',
  flag: 'exact',
  reason: '(-1) · x = -x',
  apply(node, builder) {
    const [x, y] = binary(node, mul) ?? [];
    if (x === undefined || y === undefined) return undefined;
    if (constantNumber(y) === -1) return negate(builder, x);
    return constantNumber(x) === -1 ? negate(builder, y) : undefined;
  },
};

export const productOfNegative: RewriteRule = {
  name: 'productOfNegative',
  flag: 'exact',
  reason: '(-x) · y = -(x · y), and so for quotients: the sign moves to where a sum can take it up',
  apply(node, builder) {
    for (const op of [mul, div, multiplyNoNan]) {
      const [x, y] = binary(node, op) ?? [];
      if (x === undefined || y === undefined) continue;
      const left = unary(x, neg);
      if (left !== undefined) return negate(builder, builder.node(op, [left, y], none));
      const right = unary(y, neg);
      if (right !== undefined) return negate(builder, builder.node(op, [x, right], none));
    }
    return undefined;
  },
};

export const squareOfNegative: RewriteRule = {
  name: 'squareOfNegative',
  flag: 'exact',
  reason: '(-x)² = x²',
  apply(node, builder) {
    const operand = unary(node, square);
    const negated = operand && unary(operand, neg);
    return negated && builder.node(square, [negated], none);
  },
};
