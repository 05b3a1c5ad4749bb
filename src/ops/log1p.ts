import { one, reciprocalOf, total } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = ln(1 + a)`, precise near 0.
 *
 * ∂y/∂a = 1 / (1 + a)
 */
export const log1p: ElementwiseOp = elementwise({
  name: 'log1p',
  operands: ['real'],
  scalar: (a) => Math.log1p(a),
  partials: (b, [a]) => [reciprocalOf(b, total(b, one(b, a), a))],
  singular: true,
  typescript: ([a], math) => `${math('log1p')}(${a})`,
  wasm: ([a], code) => code.math('log1p', a),
  text: ([a]) => `log1p(${a})`,
  tex: ([a]) => `\\operatorname{log1p}(${a})`,
  domain: [[-0.5, 2]],
});
