import { logistic } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = ln(1 + e^a)`, computed as `max(a, 0) + log1p(e^-|a|)`, which neither overflows nor cancels.
 *
 * ∂y/∂a = sig(a)
 */
export const softplus: ElementwiseOp = elementwise({
  name: 'softplus',
  operands: ['real'],
  scalar: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  partials: (b, [a]) => [logistic(b, a)],
  typescript: ([a], math) => `${math('softplus')}(${a})`,
  wasm: ([a], code) => code.math('softplus', a),
  text: ([a]) => `softplus(${a})`,
  tex: ([a]) => `\\operatorname{softplus}(${a})`,
  domain: [[-2, 2]],
});
