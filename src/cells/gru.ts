import { add, affine, defineCell, linear, mul, parameter, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The GRU whose reset gate acts before the recurrent product: Cho et al. 2014, "Learning Phrase Representations using
 * RNN Encoder-Decoder", eqs. 5-8 (v1 of the preprint; later versions and most libraries have `gruV3`).
 *
 * An update gate near 1 keeps the old state, as there and in most libraries; Chung et al. 2014 swap u and 1 - u.
 */
export const gruV1 = defineCell(
  'gruV1',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } },
  ({ x, y }) => {
    const r = sigmoid(affine('r', 'H', { W: x, R: y }));
    const u = sigmoid(affine('u', 'H', { W: x, R: y }));
    const n = tanh(affine('n', 'H', { W: x, R: mul(r, y) }));
    const yNext = add(mul(sub(1, u), n), mul(u, y));
    return { next: { y: yNext }, outputs: { y: yNext } };
  },
);

/**
 * The GRU whose reset gate acts after the recurrent product, which then needs a bias of its own, `bR_n`; its blend is
 * that of `gruV1`. The form of cuDNN and of most libraries, whose two biases of r and of u are summed here.
 */
export const gruV3 = defineCell(
  'gruV3',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } },
  ({ x, y }) => {
    const r = sigmoid(affine('r', 'H', { W: x, R: y }));
    const u = sigmoid(affine('u', 'H', { W: x, R: y }));
    const recurrent = add(linear('', 'H', { R_n: y }), parameter('bR_n', ['H']));
    const n = tanh(add(affine('n', 'H', { W: x }), mul(r, recurrent)));
    const yNext = add(mul(sub(1, u), n), mul(u, y));
    return { next: { y: yNext }, outputs: { y: yNext } };
  },
);
