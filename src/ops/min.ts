import { extremumPartial } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The smaller of a and b; NaN if either is. At a tie each takes half the slope, as in PyTorch.
 *
 * ∂y/∂a = [a < b] + ½ [a = b], ∂y/∂b = [b < a] + ½ [a = b]
 */
export const min: ElementwiseOp = elementwise({
  name: 'min',
  operands: ['real', 'real'],
  scalar: (a, b) => Math.min(a, b),
  partials: (build, [a, b]) => [extremumPartial(build, b, a), extremumPartial(build, a, b)],
  typescript: ([a, b], math) => `${math('min')}(${a}, ${b})`,
  wasm: ([a, b], code) => code.math('min', a, b),
  text: ([a, b]) => `min(${a}, ${b})`,
  tex: ([a, b]) => `\\min(${a}, ${b})`,
  domain: [[0.5, 2], [-2, 0.2]],
});
