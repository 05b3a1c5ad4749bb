import { affine, defineCell, tanh } from 'cellwright';

/** The smallest recurrent network. */
export const definition = defineCell('rnnTanh', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const yNext = tanh(affine('', 'H', { W: x, R: y }));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
