import { add, affine, defineCell, diagonal, relu, uniform } from '../declare/index.js';

/**
 * The independently recurrent network: one recurrent weight per unit. Li et al. 2018, "Independently Recurrent Neural
 * Network (IndRNN): Building A Longer and Deeper RNN", there `h_t = σ(W x_t + u ⊙ h_{t-1} + b)`; σ is the rectified linear unit
 * of its experiments.
 */
export const indRnn = defineCell(
  'indRnn',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } },
  ({ x, y }) => {
    const yNext = relu(add(affine('', 'H', { W: x }), diagonal('u', y, uniform(0, 1))));
    return { next: { y: yNext }, outputs: { y: yNext } };
  },
);
