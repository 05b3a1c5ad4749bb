import {
  add,
  affine,
  broadcast,
  defineCell,
  filledWith,
  linear,
  mul,
  parameter,
  sigmoid,
  sub,
  tanh,
} from '../declare/index.js';
import type { Expression } from '../declare/index.js';

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

/** A trained scalar in (0, 1), repeated for all units. */
const share = (name: string, start: number): Expression<readonly ['H']> =>
  broadcast(sigmoid(parameter(name, [1], filledWith(start))), ['H']);

/**
 * FastRNN: the simple recurrent network with a weighted residual connection. Kusupati et al. 2018, "FastGRNN: A Fast,
 * Accurate, Stable and Tiny Kilobyte Sized Gated Recurrent Neural Network", section 3. The scalars α and β pass through
 * the sigmoid and start at σ(-3) and σ(3), as in the authors' code; the activation is tanh.
 */
export const fastRnn = defineCell('fastRnn', signature, ({ x, y }) => {
  const n = tanh(affine('', 'H', { W: x, R: y }));
  const yNext = add(mul(share('alpha', -3), n), mul(share('beta', 3), y));
  return { next: { y: yNext }, outputs: { y: yNext }, named: { n } };
});

/**
 * FastGRNN: gate and candidate share both matrices and differ by their biases. The same paper; matrices of full rank. ζ and
 * ν pass through the sigmoid and start at σ(1) and σ(-4), as in the authors' code.
 */
export const fastGrnn = defineCell('fastGrnn', signature, ({ x, y }) => {
  const shared = linear('', 'H', { W: x, R: y });
  const z = sigmoid(add(shared, parameter('b_z', ['H'])));
  const n = tanh(add(shared, parameter('b_n', ['H'])));
  const yNext = add(mul(add(mul(share('zeta', 1), sub(1, z)), share('nu', -4)), n), mul(z, y));
  return { next: { y: yNext }, outputs: { y: yNext }, named: { shared, z, n } };
});
