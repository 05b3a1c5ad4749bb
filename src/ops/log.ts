import { reciprocalOf } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = ln a`.
 *
 * ∂y/∂a = 1 / a
 */
export const log: ElementwiseOp = elementwise({
  name: 'log',
  operands: ['real'],
  scalar: (a) => Math.log(a),
  partials: (b, [a]) => [reciprocalOf(b, a)],
  singular: true,
  typescript: ([a], math) => `${math('log')}(${a})`,
  wasm: ([a], code) => code.math('log', a),
  text: ([a]) => `log(${a})`,
  tex: ([a]) => `\\log(${a})`,
  domain: [[0.3, 3]],
});
