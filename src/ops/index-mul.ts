import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';
import { Binding } from './op.js';

/** The product of two indices; it has no derivative. */
export const indexMul: ElementwiseOp = elementwise({
  name: 'indexMul',
  operands: ['index', 'index'],
  result: 'index',
  scalar: (a, b) => a * b,
  partials: () => [undefined, undefined],
  typescript: ([a, b]) => `${a} * ${b}`,
  wasm: ([a, b], code) => code.binary('mul', a, b),
  text: ([a, b]) => `${a} * ${b}`,
  tex: ([a, b]) => `${a} \\cdot ${b}`,
  binding: Binding.product,
  domain: [[0, 9], [0, 9]],
});
