import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = a · b`, elementwise.
 *
 * ∂y/∂a = b, ∂y/∂b = a
 */
export const mul: ElementwiseOp = elementwise({
  name: 'mul',
  operands: ['real', 'real'],
  scalar: (a, b) => a * b,
  partials: (_, [a, b]) => [b, a],
  binding: Binding.product,
  typescript: ([a, b]) => `${a} * ${b}`,
  wasm: ([a, b], code) => code.binary('mul', a, b),
  text: ([a, b]) => `${a} * ${b}`,
  // A number stands before what it multiplies; 1 does not.
  tex: ([a, b]) => (a === '1' ? b : /^[\d.]+$/.test(a) && !/^[\d-]/.test(b) ? `${a}\\,${b}` : `${a} \\odot ${b}`),
  domain: [[-2, 2], [-2, 2]],
});
