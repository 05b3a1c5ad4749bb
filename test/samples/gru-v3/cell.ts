import { add, affine, defineCell, linear, mul, parameter, sigmoid, sub, tanh } from 'cellwright';

/** Gates that share their operands, and a product that is gated before it is added. */
export const definition = defineCell('gruV3', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const r = sigmoid(affine('r', 'H', { W: x, R: y }));
  const u = sigmoid(affine('u', 'H', { W: x, R: y }));
  const recurrent = add(linear('', 'H', { R_n: y }), parameter('bR_n', ['H']));
  const n = tanh(add(affine('n', 'H', { W: x }), mul(r, recurrent)));
  const yNext = add(mul(sub(1, u), n), mul(u, y));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
