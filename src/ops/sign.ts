import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = -1, 0 or 1`. Its slope is zero.
 */
export const sign: ElementwiseOp = elementwise({
  name: 'sign',
  operands: ['real'],
  scalar: (a) => Math.sign(a),
  partials: () => [undefined],
  jumps: true,
  typescript: ([a], math) => `${math('sign')}(${a})`,
  wasm: ([a], code) => code.math('sign', a),
  text: ([a]) => `sign(${a})`,
  tex: ([a]) => `\\operatorname{sign}(${a})`,
  domain: [[0.3, 2]],
});
