import { elementwise } from './elementwise.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * The identity, through which no derivative flows.
 */
export const stopGradient: ElementwiseOp = elementwise({
  name: 'stopGradient',
  operands: ['real'],
  scalar: (a) => a,
  partials: () => [undefined],
  typescript: ([a]) => a,
  wasm: ([a]) => a,
  text: ([a]) => `stopGradient(${a})`,
  tex: ([a]) => `\\operatorname{stopGradient}(${a})`,
  domain: [[-2, 2]],
});
