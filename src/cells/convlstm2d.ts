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

type Image<Channels extends string> = Expression<readonly [Channels, 'M', 'N']>;

/** Σ_ikl W[o, i, k, l] x[i, m + k - (K-1)/2, n + l - (K-1)/2], zero outside. */
function convolution<Channels extends string>(name: string, x: Image<Channels>, channels: Channels): Image<'H'> {
  // [channels, M, K rows, N, K columns]
  const patches = windows(windows(x, 'K', { axis: 2, padding: 'same' }), 'K', { axis: 1, padding: 'same' });
  return einsum('oikl,imknl->omn', parameter(name, ['H', channels, 'K', 'K']), patches);
}

/** `W * x + R * y + b`, with a bias per channel. */
function preactivation(gate: 'z' | 'i' | 'f' | 'o', x: Image<'I'>, y: Image<'H'>): Image<'H'> {
  const bias = parameter(`b_${gate}`, ['H'], gate === 'f' ? ones : zeros);
  return add(
    convolution(`W_${gate}`, x, 'I'),
    convolution(`R_${gate}`, y, 'H'),
    broadcast(reshape(bias, ['H', 1, 1]), ['H', 'M', 'N']),
  );
}

/** A peephole weight per channel and position. */
const peephole = (gate: 'i' | 'f' | 'o', c: Image<'H'>): Image<'H'> =>
  mul(parameter(`p_${gate}`, ['H', 'M', 'N'], zeros), c);

/**
 * The convolutional LSTM in two dimensions, as its paper has it: I input and H hidden channels on M × N positions, kernels of K
 * × K, where K is odd. Shi et al. 2015, "Convolutional LSTM Network: A Machine Learning Approach for Precipitation
 * Nowcasting", eq. 3. Kernels are not flipped (cross-correlation), as in every library; padding is zero.
 */
export const convLstm2d = defineCell(
  'convLstm2d',
  {
    dims: ['I', 'H', 'M', 'N', 'K'],
    inputs: { x: ['I', 'M', 'N'] },
    states: { y: ['H', 'M', 'N'], c: ['H', 'M', 'N'] },
  },
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
