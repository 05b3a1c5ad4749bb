import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/** `y = condition ? a : b` for indices; it has no derivative. */
export const indexSelect: ElementwiseOp = elementwise({
  name: 'indexSelect',
  operands: ['bool', 'index', 'index'],
  result: 'index',
  scalar: (condition, a, b) => condition !== 0 ? a : b,
  partials: () => [undefined, undefined, undefined],
  typescript: ([condition, a, b]) => `(${condition} ? ${a} : ${b})`,
  wasm: ([condition, a, b], code) => code.select(condition, a, b),
  text: ([condition, a, b]) => `select(${condition}, ${a}, ${b})`,
  tex: ([condition, a, b]) => `\\begin{cases} ${a} & \\text{if } ${condition} \\\\ ${b} & \\text{otherwise} \\end{cases}`,
  domain: [[0, 1], [0, 9], [0, 9]],
});
