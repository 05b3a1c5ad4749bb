import { isGreater, selectOrZero, unlessTrue } from './construct.js';
import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = min(max(a, low), high)`. The slope of a is 1 on the closed interval, as in PyTorch.
 *
 * ∂y/∂a = [low ≤ a ≤ high], ∂y/∂low = [a < low], ∂y/∂high = [a > high]
 */
export const clip: ElementwiseOp = elementwise({
  name: 'clip',
  operands: ['real', 'real', 'real'],
  scalar: (a, low, high) => Math.min(Math.max(a, low), high),
  partials: (b, [a, low, high]) => [
    (dy) => unlessTrue(b, isGreater(b, low, a), unlessTrue(b, isGreater(b, a, high), dy)),
    (dy) => selectOrZero(b, isGreater(b, low, a), dy),
    (dy) => selectOrZero(b, isGreater(b, a, high), dy),
  ],
  typescript: ([a, low, high], math) => `${math('min')}(${math('max')}(${a}, ${low}), ${high})`,
  wasm: ([a, low, high], code) => code.math('min', code.math('max', a, low), high),
  text: ([a, low, high]) => `clip(${a}, ${low}, ${high})`,
  tex: ([a, low, high]) => `\\operatorname{clip}(${a}, ${low}, ${high})`,
  domain: [[-0.4, 0.4], [-2, -1], [1, 2]],
});
