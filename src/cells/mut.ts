import { add, affine, defineCell, linear, mul, sigmoid, sub, tanh } from '../declare/index.js';

/**
 * The three best cells of an evolutionary search: Jozefowicz, Zaremba & Sutskever 2015, "An Empirical Exploration of
 * Recurrent Network Architectures". MUT1 takes tanh(x) and MUT2 takes x as they are, which needs I = H;
 * here x is projected in both places (`W_n` in MUT1, `W_r` in MUT2). The paper lists them by name, each as z, r and
 * `h_{t+1} = tanh(…) ⊙ z + h_t ⊙ (1 - z)`.
 */
const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

/** MUT1: the update gate z sees the input alone. */
export const mut1 = defineCell('mut1', signature, ({ x, y }) => {
  const z = sigmoid(affine('z', 'H', { W: x }));
  const r = sigmoid(affine('r', 'H', { W: x, R: y }));
  const n = tanh(add(affine('n', 'H', { R: mul(r, y) }), tanh(linear('', 'H', { W_n: x }))));
  const yNext = add(mul(n, z), mul(y, sub(1, z)));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

/** MUT2: the candidate takes the projected input. */
export const mut2 = defineCell('mut2', signature, ({ x, y }) => {
  const z = sigmoid(affine('z', 'H', { W: x, R: y }));
  const r = sigmoid(affine('r', 'H', { W: x, R: y }));
  const n = tanh(affine('n', 'H', { R: mul(r, y), W: x }));
  const yNext = add(mul(n, z), mul(y, sub(1, z)));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

/** MUT3: the update gate z sees tanh of the state. */
export const mut3 = defineCell('mut3', signature, ({ x, y }) => {
  const z = sigmoid(affine('z', 'H', { W: x, R: tanh(y) }));
  const r = sigmoid(affine('r', 'H', { W: x, R: y }));
  const n = tanh(affine('n', 'H', { R: mul(r, y), W: x }));
  const yNext = add(mul(n, z), mul(y, sub(1, z)));
  return { next: { y: yNext }, outputs: { y: yNext } };
});
