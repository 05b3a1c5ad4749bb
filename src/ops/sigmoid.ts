import { difference, one, product } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The logistic sigmoid `y = 1 / (1 + e^-a)`.
 *
 * ∂y/∂a = y (1 - y)
 */
export const sigmoid: ElementwiseOp = elementwise({
  name: 'sigmoid',
  operands: ['real'],
  scalar: (a) => 1 / (1 + Math.exp(-a)),
  partials: (b, _, y) => [product(b, y, difference(b, one(b, y), y))],
  typescript: ([a], math) => `${math('sigmoid')}(${a})`,
  wasm: ([a], code) => code.math('sigmoid', a),
  text: ([a]) => `sig(${a})`,
  tex: ([a]) => `\\sigma(${a})`,
  domain: [[-2, 2]],
});
