import { negate, sine } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = cos a`, a in radians.
 *
 * ∂y/∂a = -sin a
 */
export const cos: ElementwiseOp = elementwise({
  name: 'cos',
  operands: ['real'],
  scalar: (a) => Math.cos(a),
  partials: (b, [a]) => [negate(b, sine(b, a))],
  typescript: ([a], math) => `${math('cos')}(${a})`,
  wasm: ([a], code) => code.math('cos', a),
  text: ([a]) => `cos(${a})`,
  tex: ([a]) => `\\cos(${a})`,
  domain: [[-2, 2]],
});
