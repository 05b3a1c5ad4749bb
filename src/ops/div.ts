import { guardedProduct, negate, quotient, reciprocalOf } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = a / b`.
 *
 * ∂y/∂a = 1 / b, ∂y/∂b = -y / b
 */
export const div: ElementwiseOp = elementwise({
  name: 'div',
  operands: ['real', 'real'],
  scalar: (a, b) => a / b,
  partials: (b, [, divisor], y) => [
    (dy) => guardedProduct(b, dy, reciprocalOf(b, divisor)),
    (dy) => guardedProduct(b, dy, negate(b, quotient(b, y, divisor))),
  ],
  singular: true,
  binding: Binding.product,
  typescript: ([a, b]) => `${a} / ${b}`,
  wasm: ([a, b], code) => code.binary('div', a, b),
  text: ([a, b]) => `${a} / ${b}`,
  tex: ([a, b]) => `\\frac{${a}}{${b}}`,
  domain: [[-2, 2], [0.5, 2]],
});
