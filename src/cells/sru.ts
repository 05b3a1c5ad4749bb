import { add, affine, defineCell, diagonal, linear, mul, sigmoid, sub, tanh } from '../declare/index.js';

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { c: ['H'] } } as const;

/**
 * The Simple Recurrent Unit: only c is recurrent, and elementwise. Lei et al. 2018, "Simple Recurrent Units for Highly
 * Parallelizable Recurrence", eqs. 1-4. The highway term takes x itself there, scaled by α; here x is projected, since
 * its size differs from H (as the authors' code does), and α = 1.
 */
export const sru = defineCell('sru', signature, ({ x, c }) => {
  const candidate = linear('', 'H', { W: x });
  const f = sigmoid(add(affine('f', 'H', { W: x }), diagonal('v_f', c)));
  const cNext = add(mul(f, c), mul(sub(1, f), candidate));
  const r = sigmoid(add(affine('r', 'H', { W: x }), diagonal('v_r', c)));
  const y = add(mul(r, cNext), mul(sub(1, r), linear('s', 'H', { W: x })));
  return { next: { c: cNext }, outputs: { y }, named: { candidate } };
});

/**
 * Its first version: gates that see the input alone, and tanh on the cell. Lei & Zhang 2017, "Training RNNs as Fast as
 * CNNs" (arXiv 1709.02755, version 2; later versions have the cell above), there `h_t = r_t ⊙ tanh(c_t) + (1 - r_t) ⊙ x_t`, with x
 * projected as above.
 */
export const sruV1 = defineCell('sruV1', signature, ({ x, c }) => {
  const candidate = linear('', 'H', { W: x });
  const f = sigmoid(affine('f', 'H', { W: x }));
  const r = sigmoid(affine('r', 'H', { W: x }));
  const cNext = add(mul(f, c), mul(sub(1, f), candidate));
  const y = add(mul(r, tanh(cNext)), mul(sub(1, r), linear('s', 'H', { W: x })));
  return { next: { c: cNext }, outputs: { y }, named: { candidate } };
});
