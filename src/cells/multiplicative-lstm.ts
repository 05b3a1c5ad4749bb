import { add, affine, defineCell, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The multiplicative LSTM, whose recurrent matrix depends on the input: gates see m, the product of two projections, in
 * place of the previous output. Krause et al. 2016, "Multiplicative LSTM for sequence modelling"; it is called mLSTM
 * there, as is the unrelated cell of xLSTM (`mlstm`). Gates have biases, which the paper does not print.
 */
export const multiplicativeLstm = defineCell(
  'multiplicativeLstm',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const m = mul(linear('m', 'H', { W: x }), linear('m', 'H', { R: y }));
    const z = tanh(affine('z', 'H', { W: x, R: m }));
    const i = sigmoid(affine('i', 'H', { W: x, R: m }));
    const f = sigmoid(affine('f', 'H', { W: x, R: m }, { bias: ones }));
    const o = sigmoid(affine('o', 'H', { W: x, R: m }));
    const cNext = add(mul(z, i), mul(c, f));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { m } };
  },
);
