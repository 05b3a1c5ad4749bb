import {
  add,
  broadcast,
  defineCell,
  einsum,
  mul,
  ones,
  parameter,
  reshape,
  sigmoid,
  tanh,
  windows,
  zeros,
} from '../declare/index.js';
import type { Expression } from '../declare/index.js';

type Sequence<Channels extends string> = Expression<readonly [Channels, 'N']>;

/** Σ_ik W[o, i, k] x[i, n + k - (K-1)/2], zero outside: cross-correlation that keeps the length. */
function convolution<Channels extends string>(name: string, x: Sequence<Channels>, channels: Channels): Sequence<'H'> {
  return einsum('oik,ink->on', parameter(name, ['H', channels, 'K']), windows(x, 'K', { padding: 'same' }));
}

/** `W * x + R * y + b`, with a bias per channel. */
function preactivation(gate: 'z' | 'i' | 'f' | 'o', x: Sequence<'I'>, y: Sequence<'H'>): Sequence<'H'> {
  const bias = parameter(`b_${gate}`, ['H'], gate === 'f' ? ones : zeros);
  return add(
    convolution(`W_${gate}`, x, 'I'),
    convolution(`R_${gate}`, y, 'H'),
    broadcast(reshape(bias, ['H', 1]), ['H', 'N']),
  );
}

/** A peephole weight per channel and position. */
const peephole = (gate: 'i' | 'f' | 'o', c: Sequence<'H'>): Sequence<'H'> =>
  mul(parameter(`p_${gate}`, ['H', 'N'], zeros), c);

/**
 * The convolutional LSTM in one dimension: I input and H hidden channels at N positions, kernels of K, which is odd. Shi et
 * al. 2015, "Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting", eq. 3. Kernels are not
 * flipped (cross-correlation), as in every library; padding is zero.
 */
export const convLstm1d = defineCell(
  'convLstm1d',
  { dims: ['I', 'H', 'N', 'K'], inputs: { x: ['I', 'N'] }, states: { y: ['H', 'N'], c: ['H', 'N'] } },
  ({ x, y, c }) => {
    const z = tanh(preactivation('z', x, y));
    const i = sigmoid(add(preactivation('i', x, y), peephole('i', c)));
    const f = sigmoid(add(preactivation('f', x, y), peephole('f', c)));
    const cNext = add(mul(z, i), mul(c, f));
    const o = sigmoid(add(preactivation('o', x, y), peephole('o', cNext)));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { z, i, f, o } };
  },
);
