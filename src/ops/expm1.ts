import { exponential } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = e^a - 1`, precise near 0.
 *
 * ∂y/∂a = e^a
 */
export const expm1: ElementwiseOp = elementwise({
  name: 'expm1',
  operands: ['real'],
  scalar: (a) => Math.expm1(a),
  partials: (b, [a]) => [exponential(b, a)],
  singular: true,
  typescript: ([a], math) => `${math('expm1')}(${a})`,
  wasm: ([a], code) => code.math('expm1', a),
  text: ([a]) => `expm1(${a})`,
  tex: ([a]) => `\\operatorname{expm1}(${a})`,
  domain: [[-2, 2]],
});
