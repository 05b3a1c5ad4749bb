import { add, affine, defineCell, mul, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The stackable recurrent cell: one gate, a candidate that sees the input alone, and tanh around the blend. Turkoglu et
 * al. 2021, "Gating Revisited: Deep Multi-layer RNNs That Can Be Trained".
 */
export const star = defineCell('star', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const k = sigmoid(affine('k', 'H', { W: x, R: y }));
  const z = tanh(affine('z', 'H', { W: x }));
  const yNext = tanh(add(mul(sub(1, k), y), mul(k, z)));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
