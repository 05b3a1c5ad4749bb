import { selectOrZero, unlessTrue } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = condition ? a : b`. The cotangent of the branch not taken is zero.
 *
 * ∂y/∂a = [condition], ∂y/∂b = [not condition]
 */
export const select: ElementwiseOp = elementwise({
  name: 'select',
  operands: ['bool', 'real', 'real'],
  scalar: (condition, a, b) => condition !== 0 ? a : b,
  partials: (build, [condition]) => [
    undefined,
    (dy) => selectOrZero(build, condition, dy),
    (dy) => unlessTrue(build, condition, dy),
  ],
  typescript: ([condition, a, b]) => `(${condition} ? ${a} : ${b})`,
  wasm: ([condition, a, b], code) => code.select(condition, a, b),
  text: ([condition, a, b]) => `select(${condition}, ${a}, ${b})`,
  tex: ([condition, a, b]) => `\\begin{cases} ${a} & \\text{if } ${condition} \\\\ ${b} & \\text{otherwise} \\end{cases}`,
  domain: [[0, 1], [-2, 2], [-2, 2]],
});
