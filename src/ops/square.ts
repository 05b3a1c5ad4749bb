import { product, scalarLike } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = a²`.
 *
 * ∂y/∂a = 2 a
 */
export const square: ElementwiseOp = elementwise({
  name: 'square',
  operands: ['real'],
  scalar: (a) => a * a,
  partials: (b, [a]) => [product(b, scalarLike(b, 2, a), a)],
  binding: Binding.product,
  typescript: ([a]) => `${a} * ${a}`,
  wasm: ([a], code) => {
    const value = code.let('value', a);
    return code.binary('mul', value, value);
  },
  text: ([a]) => `${a}^2`,
  tex: ([a]) => `{${a}}^2`,
  domain: [[-2, 2]],
});
