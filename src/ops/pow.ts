import { bothTrue, difference, guardedProduct, isEqual, isGreaterOrEqual, logarithm, one, power, product, unlessTrue, zero } from './construct.js';
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
      const flat = bothTrue(build, isEqual(build, a, zero(build, a)), isGreaterOrEqual(build, b, zero(build, b)));
      return guardedProduct(build, dy, unlessTrue(build, flat, product(build, y, logarithm(build, a))));
    },
  ],
  singular: true,
  binding: Binding.power,
  typescript: ([a, b], math) => `${math('pow')}(${a}, ${b})`,
  wasm: ([a, b], code) => code.math('pow', a, b),
  text: ([a, b]) => `${a}^${b}`,
  tex: ([a, b]) => `{${a}}^{${b}}`,
  domain: [[0.5, 2], [-2, 2]],
});
