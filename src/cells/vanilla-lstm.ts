import { add, affine, defineCell, diagonal, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The LSTM with diagonal peepholes; the output gate sees the new cell. Greff et al. 2017, "LSTM: A Search Space
 * Odyssey", section II; Gers & Schmidhuber 2000 for the peepholes.
 */
export const vanillaLstm = defineCell(
  'vanillaLstm',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', c)));
    const f = sigmoid(add(affine('f', 'H', { W: x, R: y }, { bias: ones }), diagonal('p_f', c)));
    const cNext = add(mul(z, i), mul(c, f));
    const o = sigmoid(add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', cNext)));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  },
);
