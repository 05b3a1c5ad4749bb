import { difference, guardedProduct, isEqual, logarithm, one, power, product, selectNode, zero } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = a^b`. The slope of b is 0 where a is 0 and b ≥ 0, as in PyTorch.
 *
 * ∂y/∂a = b a^(b-1), ∂y/∂b = y ln a
 */
export const pow: ElementwiseOp = elementwise({
  name: 'pow',
  operands: ['real', 'real'],
  scalar: (a, b) => Math.pow(a, b),
  partials: (build, [a, b], y) => [
    (dy) => guardedProduct(build, dy, guardedProduct(build, b, power(build, a, difference(build, b, one(build, b))))),
    (dy) => {
      const slope = product(build, y, logarithm(build, a));
      return guardedProduct(build, dy, selectNode(build, isEqual(build, y, zero(build, y)), y, slope));
    },
  ],
  binding: Binding.power,
  typescript: ([a, b], math) => `${math('pow')}(${a}, ${b})`,
  text: ([a, b]) => `${a}^${b}`,
  tex: ([a, b]) => `{${a}}^{${b}}`,
  domain: [[0.5, 2], [-2, 2]],
});
