import { difference, one, product, total } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = tanh a`. The slope is written as a product, since `1 - y²` cancels where y saturates.
 *
 * ∂y/∂a = (1 + y) (1 - y)
 */
export const tanh: ElementwiseOp = elementwise({
  name: 'tanh',
  operands: ['real'],
  scalar: (a) => Math.tanh(a),
  partials: (b, _, y) => [product(b, total(b, one(b, y), y), difference(b, one(b, y), y))],
  typescript: ([a], math) => `${math('tanh')}(${a})`,
  wasm: ([a], code) => code.math('tanh', a),
  text: ([a]) => `tanh(${a})`,
  tex: ([a]) => `\\tanh(${a})`,
  domain: [[-2, 2]],
});
