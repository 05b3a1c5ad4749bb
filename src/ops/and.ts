import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * Both truth values hold.
 */
export const and: ElementwiseOp = elementwise({
  name: 'and',
  operands: ['bool', 'bool'],
  result: 'bool',
  scalar: (a, b) => a !== 0 && b !== 0 ? 1 : 0,
  partials: () => [undefined, undefined],
  binding: Binding.sum,
  typescript: ([a, b]) => `${a} && ${b}`,
  wasm: ([a, b], code) => code.logic('and', a, b),
  text: ([a, b]) => `${a} and ${b}`,
  tex: ([a, b]) => `${a} \\land ${b}`,
  domain: [[0, 1], [0, 1]],
});
