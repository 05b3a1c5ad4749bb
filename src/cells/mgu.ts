import { add, affine, defineCell, mul, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The Minimal Gated Unit: one gate for both roles of the GRU's two. Zhou et al. 2016, "Minimal Gated Unit for Recurrent
 * Neural Networks", where Table 1 sets it beside the LSTM and the GRU.
 */
export const mgu = defineCell('mgu', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const f = sigmoid(affine('f', 'H', { W: x, R: y }));
  const n = tanh(affine('n', 'H', { W: x, R: mul(f, y) }));
  const yNext = add(mul(sub(1, f), y), mul(f, n));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
