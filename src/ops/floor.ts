import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The largest integer not above a. Its slope is zero.
 */
export const floor: ElementwiseOp = elementwise({
  name: 'floor',
  operands: ['real'],
  scalar: (a) => Math.floor(a),
  partials: () => [undefined],
  jumps: true,
  typescript: ([a], math) => `${math('floor')}(${a})`,
  wasm: ([a], code) => code.math('floor', a),
  text: ([a]) => `floor(${a})`,
  tex: ([a]) => `\\lfloor ${a} \\rfloor`,
  domain: [[0.1, 0.9]],
});
