import { negate } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = -a`.
 *
 * ∂y/∂a = -1
 */
export const neg: ElementwiseOp = elementwise({
  name: 'neg',
  operands: ['real'],
  scalar: (a) => -a,
  partials: (b) => [(dy) => negate(b, dy)],
  binding: Binding.prefix,
  typescript: ([a]) => `-${a}`,
  wasm: ([a], code) => code.unary('neg', a),
  text: ([a]) => `-${a}`,
  tex: ([a]) => `-${a}`,
  domain: [[-2, 2]],
});
