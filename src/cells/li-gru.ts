import { add, affine, defineCell, mul, relu, sigmoid, sub } from '../declare/index.js';

/**
 * The light GRU (Li-GRU): no reset gate, and rectified linear units. Ravanelli et al. 2018, "Light Gated Recurrent Units for
 * Speech Recognition". An update gate near 1 keeps the old state.
 *
 * The batch normalization of `W x` is left out: it needs the statistics of a batch in training, and after training it is
 * an affine function that W and b contain.
 */
export const liGru = defineCell('liGru', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const u = sigmoid(affine('u', 'H', { W: x, R: y }));
  const n = relu(affine('n', 'H', { W: x, R: y }));
  const yNext = add(mul(u, y), mul(sub(1, u), n));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
