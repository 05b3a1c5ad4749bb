import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = a + b`.
 *
 * ∂y/∂a = 1, ∂y/∂b = 1
 */
export const add: ElementwiseOp = elementwise({
  name: 'add',
  operands: ['real', 'real'],
  scalar: (a, b) => a + b,
  partials: () => [(dy) => dy, (dy) => dy],
  binding: Binding.sum,
  typescript: ([a, b]) => `${a} + ${b}`,
  wasm: ([a, b], code) => code.binary('add', a, b),
  text: ([a, b]) => `${a} + ${b}`,
  tex: ([a, b]) => `${a} + ${b}`,
  domain: [[-2, 2], [-2, 2]],
});
