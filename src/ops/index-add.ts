import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';
import { Binding } from './op.js';

/** The sum of two indices; it has no derivative. */
export const indexAdd: ElementwiseOp = elementwise({
  name: 'indexAdd',
  operands: ['index', 'index'],
  result: 'index',
  scalar: (a, b) => a + b,
  partials: () => [undefined, undefined],
  typescript: ([a, b]) => `${a} + ${b}`,
  wasm: ([a, b], code) => code.binary('add', a, b),
  text: ([a, b]) => `${a} + ${b}`,
  tex: ([a, b]) => `${a} + ${b}`,
  binding: Binding.sum,
  domain: [[0, 9], [0, 9]],
});
