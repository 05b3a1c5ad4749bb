import { isGreater, selectOrZero, zero } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = max(a, 0)`, with slope 0 at the kink. The slope is told from the result, which is often kept anyway.
 *
 * ∂y/∂a = [a > 0] = [y > 0]
 */
export const relu: ElementwiseOp = elementwise({
  name: 'relu',
  operands: ['real'],
  scalar: (a) => (a > 0 ? a : a === a ? 0 : NaN),
  partials: (b, _, y) => [(dy) => selectOrZero(b, isGreater(b, y, zero(b, y)), dy)],
  typescript: ([a], math) => `${math('max')}(${a}, 0)`,
  wasm: ([a], code) => {
    const value = code.let('value', a);
    return code.logic('andnot', value, code.compare('le', value, code.constant(0)));
  },
  text: ([a]) => `relu(${a})`,
  tex: ([a]) => `\\operatorname{relu}(${a})`,
  domain: [[0.3, 2]],
});
