import { add, affine, defineCell, mul, ones, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The update gate RNN: one gate chooses between the old state and a new one. Collins, Sohl-Dickstein & Sussillo 2017,
 * "Capacity and Trainability in Recurrent Neural Networks". A gate near 1 keeps the old state; its bias starts
 * at 1, as in TensorFlow's `UGRNNCell`.
 */
export const ugrnn = defineCell('ugrnn', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const n = tanh(affine('n', 'H', { W: x, R: y }));
  const g = sigmoid(affine('g', 'H', { W: x, R: y }, { bias: ones }));
  const yNext = add(mul(g, y), mul(sub(1, g), n));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
