import { cosine } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = sin a`, a in radians.
 *
 * ∂y/∂a = cos a
 */
export const sin: ElementwiseOp = elementwise({
  name: 'sin',
  operands: ['real'],
  scalar: (a) => Math.sin(a),
  partials: (b, [a]) => [cosine(b, a)],
  typescript: ([a], math) => `${math('sin')}(${a})`,
  wasm: ([a], code) => code.math('sin', a),
  text: ([a]) => `sin(${a})`,
  tex: ([a]) => `\\sin(${a})`,
  domain: [[-2, 2]],
});
