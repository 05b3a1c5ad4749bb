import { product, reciprocalOf, scalarLike } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = √a`.
 *
 * ∂y/∂a = 1 / (2 y)
 */
export const sqrt: ElementwiseOp = elementwise({
  name: 'sqrt',
  operands: ['real'],
  scalar: (a) => Math.sqrt(a),
  partials: (b, _, y) => [reciprocalOf(b, product(b, scalarLike(b, 2, y), y))],
  singular: true,
  typescript: ([a], math) => `${math('sqrt')}(${a})`,
  wasm: ([a], code) => code.math('sqrt', a),
  text: ([a]) => `sqrt(${a})`,
  tex: ([a]) => `\\sqrt{${a}}`,
  domain: [[0.3, 3]],
});
