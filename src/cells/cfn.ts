import { add, affine, defineCell, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The chaos-free network: without input its state decays. Laurent & von Brecht 2017, "A recurrent neural network without
 * chaos". `f` and `i` are the paper's θ and η; the bias of f starts at 1, as there.
 */
export const cfn = defineCell('cfn', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
  const i = sigmoid(affine('i', 'H', { W: x, R: y }));
  const yNext = add(mul(f, tanh(y)), mul(i, tanh(linear('n', 'H', { W: x }))));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
