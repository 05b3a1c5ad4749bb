import { extremumPartial } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The larger of a and b; NaN if either is. At a tie each takes half the slope, as in PyTorch.
 *
 * ∂y/∂a = [a > b] + ½ [a = b], ∂y/∂b = [b > a] + ½ [a = b]
 */
export const max: ElementwiseOp = elementwise({
  name: 'max',
  operands: ['real', 'real'],
  scalar: (a, b) => Math.max(a, b),
  partials: (build, [a, b]) => [extremumPartial(build, a, b), extremumPartial(build, b, a)],
  typescript: ([a, b], math) => `${math('max')}(${a}, ${b})`,
  wasm: ([a, b], code) => code.math('max', a, b),
  text: ([a, b]) => `max(${a}, ${b})`,
  tex: ([a, b]) => `\\max(${a}, ${b})`,
  domain: [[0.5, 2], [-2, 0.2]],
});
