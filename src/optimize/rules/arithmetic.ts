import type { Node } from '../../graph/node.js';
import { add } from '../../ops/add.js';
import { product, reciprocalOf, squareOf } from '../../ops/construct.js';
import { div } from '../../ops/div.js';
import { max } from '../../ops/max.js';
import { min } from '../../ops/min.js';
import { mul } from '../../ops/mul.js';
import { multiplyNoNan } from '../../ops/multiply-no-nan.js';
import { none } from '../../ops/op.js';
import { pow } from '../../ops/pow.js';
import { sqrt } from '../../ops/sqrt.js';
import { sub } from '../../ops/sub.js';
import { binary, constantNumber, constantOf, sameDtype } from './match.js';
import type { RewriteRule } from './rule.js';

/** The laws of neutral and absorbing elements. */

export const addZero: RewriteRule = {
  name: 'addZero',
  flag: 'exact',
  reason: 'x + 0 = x; only -0 + 0 differs, in the sign of a zero',
  apply(node) {
    const [x, y] = binary(node, add) ?? [];
    if (x === undefined || y === undefined) return undefined;
    if (constantNumber(y) === 0) return sameDtype(node, x);
    return constantNumber(x) === 0 ? sameDtype(node, y) : undefined;
  },
};

export const subZero: RewriteRule = {
  name: 'subZero',
  flag: 'exact',
  reason: 'x - 0 = x',
  apply(node) {
    const [x, y] = binary(node, sub) ?? [];
    return x !== undefined && y !== undefined && constantNumber(y) === 0 ? sameDtype(node, x) : undefined;
  },
};

export const mulOne: RewriteRule = {
  name: 'mulOne',
  flag: 'exact',
  reason: '1 · x = x',
  apply(node) {
    const [x, y] = binary(node, mul) ?? [];
    if (x === undefined || y === undefined) return undefined;
    if (constantNumber(y) === 1) return sameDtype(node, x);
    return constantNumber(x) === 1 ? sameDtype(node, y) : undefined;
  },
};

export const divOne: RewriteRule = {
  name: 'divOne',
  flag: 'exact',
  reason: 'x / 1 = x',
  apply(node) {
    const [x, y] = binary(node, div) ?? [];
    return x !== undefined && y !== undefined && constantNumber(y) === 1 ? sameDtype(node, x) : undefined;
  },
};

export const divByPowerOfTwo: RewriteRule = {
  name: 'divByPowerOfTwo',
  flag: 'exact',
  reason: 'x / c = x · (1/c) without rounding where 1/c is a power of two, and a product is cheaper',
  apply(node, builder) {
    const [x, y] = binary(node, div) ?? [];
    const divisor = y && constantNumber(y);
    if (x === undefined || divisor === undefined || !isPowerOfTwo(Math.abs(divisor))) return undefined;
    return product(builder, x, constantOf(builder, 1 / divisor, node.type));
  },
};

/** Within the normal numbers of float32, so that neither precision rounds. */
function isPowerOfTwo(value: number): boolean {
  return value >= 2 ** -120 && value <= 2 ** 120 && Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
}

export const oneOver: RewriteRule = {
  name: 'oneOver',
  flag: 'exact',
  reason: '1 / x has an op of its own, whose derivative reads its result',
  apply(node, builder) {
    const [x, y] = binary(node, div) ?? [];
    return x !== undefined && y !== undefined && constantNumber(x) === 1 ? reciprocalOf(builder, y) : undefined;
  },
};

export const guardOfConstant: RewriteRule = {
  name: 'guardOfConstant',
  flag: 'exact',
  reason: 'zero times a finite constant is zero without a guard; a constant g is zero or it is not',
  apply(node, builder) {
    const [g, p] = binary(node, multiplyNoNan) ?? [];
    if (g === undefined || p === undefined) return undefined;
    const gradient = constantNumber(g);
    if (gradient === 0) return constantOf(builder, 0, node.type);
    const slope = constantNumber(p);
    const unguarded = gradient !== undefined || (slope !== undefined && Number.isFinite(slope));
    return unguarded ? product(builder, g, p) : undefined;
  },
};

export const smallPower: RewriteRule = {
  name: 'smallPower',
  flag: 'exact',
  reason: 'x^0 = 1 (also of NaN, as everywhere), x^1 = x, x^2 = x · x, x^-1 = 1 / x',
  apply(node, builder) {
    const [x, exponent] = binary(node, pow) ?? [];
    if (x === undefined || exponent === undefined) return undefined;
    switch (constantNumber(exponent)) {
      case 0:
        return constantOf(builder, 1, node.type);
      case 1:
        return sameDtype(node, x);
      case 2:
        return squareOf(builder, x);
      case -1:
        return reciprocalOf(builder, x);
      default:
        return undefined;
    }
  },
};

export const extremumOfSame: RewriteRule = {
  name: 'extremumOfSame',
  flag: 'exact',
  reason: 'max(x, x) = min(x, x) = x',
  apply(node) {
    const [x, y] = binary(node, max) ?? binary(node, min) ?? [];
    return x !== undefined && x === y ? sameDtype(node, x) : undefined;
  },
};

export const mulZero: RewriteRule = {
  name: 'mulZero',
  flag: 'fast',
  reason: '0 · x = 0 and 0 / x = 0, but for an infinite or NaN x and for 0 / 0',
  apply(node, builder) {
    const isZero = (operand: Node | undefined): boolean => operand !== undefined && constantNumber(operand) === 0;
    const factors = binary(node, mul) ?? binary(node, multiplyNoNan);
    const zero = factors?.some(isZero) === true || isZero(binary(node, div)?.[0]);
    return zero ? constantOf(builder, 0, node.type) : undefined;
  },
};

export const subSelf: RewriteRule = {
  name: 'subSelf',
  flag: 'fast',
  reason: 'x - x = 0, but for an infinite or NaN x',
  apply(node, builder) {
    const [x, y] = binary(node, sub) ?? [];
    return x !== undefined && x === y ? constantOf(builder, 0, node.type) : undefined;
  },
};

export const divByConstant: RewriteRule = {
  name: 'divByConstant',
  flag: 'fast',
  reason: 'x · (1/c) rounds once more than x / c, and is several times cheaper',
  apply(node, builder) {
    const [x, y] = binary(node, div) ?? [];
    const divisor = y && constantNumber(y);
    const inverse = divisor === undefined ? 0 : 1 / divisor;
    if (x === undefined || inverse === 0 || !Number.isFinite(inverse)) return undefined;
    return product(builder, x, constantOf(builder, inverse, node.type));
  },
};

export const mulOfScaled: RewriteRule = {
  name: 'mulOfScaled',
  flag: 'fast',
  reason: 'a · (b · x) = (a · b) · x for constants a, b; the product of the constants may round',
  apply(node, builder) {
    const outer = scaled(node);
    const inner = outer && scaled(outer.value);
    if (outer === undefined || inner === undefined) return undefined;
    return product(builder, inner.value, constantOf(builder, outer.factor * inner.factor, node.type));
  },
};

/** A product with one constant factor, taken apart. */
function scaled(node: Node): { value: Node; factor: number } | undefined {
  const [x, y] = binary(node, mul) ?? [];
  if (x === undefined || y === undefined) return undefined;
  const right = constantNumber(y);
  if (right !== undefined) return { value: x, factor: right };
  const left = constantNumber(x);
  return left === undefined ? undefined : { value: y, factor: left };
}

export const squareRoot: RewriteRule = {
  name: 'squareRoot',
  flag: 'fast',
  reason: 'x^0.5 = √x, but for -∞, of which the power is ∞ and the root is NaN',
  apply(node, builder) {
    const [x, exponent] = binary(node, pow) ?? [];
    if (x === undefined || exponent === undefined || constantNumber(exponent) !== 0.5) return undefined;
    return builder.node(sqrt, [x], none);
  },
};
