import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The negation of a truth value.
 */
export const not: ElementwiseOp = elementwise({
  name: 'not',
  operands: ['bool'],
  result: 'bool',
  scalar: (a) => a === 0 ? 1 : 0,
  partials: () => [undefined],
  binding: Binding.prefix,
  typescript: ([a]) => `!${a}`,
  wasm: ([a], code) => code.not(a),
  text: ([a]) => `not(${a})`,
  tex: ([a]) => `\\lnot ${a}`,
  domain: [[0, 1]],
});
