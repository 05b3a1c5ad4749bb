import { add, defineCell, identity, linear, normal, parameter, relu } from '../declare/index.js';

/**
 * The IRNN: rectified linear units whose recurrent matrix starts out as the identity, so that states stay as they are. Le,
 * Jaitly & Hinton 2015, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units". Other weights start
 * Gaussian with deviation 0.001, as there. The equations are those of `rnnRelu`.
 */
export const irnn = defineCell('irnn', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const fromInput = linear('', 'H', { W: x }, normal(0.001));
  const yNext = relu(add(fromInput, linear('', 'H', { R: y }, identity()), parameter('b', ['H'])));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
