import { signOf } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = |a|`, with slope 0 at 0.
 *
 * ∂y/∂a = sign(a)
 */
export const abs: ElementwiseOp = elementwise({
  name: 'abs',
  operands: ['real'],
  scalar: (a) => Math.abs(a),
  partials: (b, [a]) => [signOf(b, a)],
  typescript: ([a], math) => `${math('abs')}(${a})`,
  wasm: ([a], code) => code.math('abs', a),
  text: ([a]) => `abs(${a})`,
  tex: ([a]) => `|${a}|`,
  domain: [[0.3, 2]],
});
