import { affine, defineCell, relu, tanh } from '../declare/index.js';

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

/** The simple recurrent network. Elman 1990, "Finding Structure in Time", with tanh in place of the logistic sigmoid. */
export const rnnTanh = defineCell('rnnTanh', signature, ({ x, y }) => {
  const yNext = tanh(affine('', 'H', { W: x, R: y }));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

/**
 * The simple recurrent network with rectified linear units. Le,
 * Jaitly & Hinton 2015, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units".
 */
export const rnnRelu = defineCell('rnnRelu', signature, ({ x, y }) => {
  const yNext = relu(affine('', 'H', { W: x, R: y }));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
