import { negate, squareOf } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = 1 / a`.
 *
 * ∂y/∂a = -y²
 */
export const reciprocal: ElementwiseOp = elementwise({
  name: 'reciprocal',
  operands: ['real'],
  scalar: (a) => 1 / a,
  partials: (b, _, y) => [negate(b, squareOf(b, y))],
  singular: true,
  binding: Binding.product,
  typescript: ([a]) => `1 / ${a}`,
  wasm: ([a], code) => code.binary('div', code.constant(1), a),
  text: ([a]) => `1 / ${a}`,
  tex: ([a]) => `\\frac{1}{${a}}`,
  domain: [[0.3, 3]],
});
