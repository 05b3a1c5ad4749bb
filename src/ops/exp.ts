import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = e^a`.
 *
 * ∂y/∂a = y
 */
export const exp: ElementwiseOp = elementwise({
  name: 'exp',
  operands: ['real'],
  scalar: (a) => Math.exp(a),
  partials: (_, __, y) => [y],
  singular: true,
  typescript: ([a], math) => `${math('exp')}(${a})`,
  wasm: ([a], code) => code.math('exp', a),
  text: ([a]) => `exp(${a})`,
  tex: ([a]) => `\\exp(${a})`,
  domain: [[-2, 2]],
});
