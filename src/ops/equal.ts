import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `a = b`, a truth value.
 */
export const equal: ElementwiseOp = elementwise({
  name: 'equal',
  operands: ['real', 'real'],
  result: 'bool',
  scalar: (a, b) => a === b ? 1 : 0,
  partials: () => [undefined, undefined],
  binding: Binding.sum,
  typescript: ([a, b]) => `${a} === ${b}`,
  wasm: ([a, b], code) => code.compare('eq', a, b),
  text: ([a, b]) => `${a} == ${b}`,
  tex: ([a, b]) => `${a} = ${b}`,
  domain: [[-2, 0], [0.1, 2]],
});
