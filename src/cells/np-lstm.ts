import { add, affine, defineCell, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The LSTM without peepholes (NP): what most libraries call LSTM. Greff et al. 2017, "LSTM: A Search Space Odyssey",
 * section III; Gers, Schmidhuber & Cummins 2000, "Learning to Forget", for the forget gate. One bias per gate, where
 * some libraries add two.
 */
export const npLstm = defineCell(
  'npLstm',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
    const o = sigmoid(affine('o', 'H', { W: x, R: y }));
    const cNext = add(mul(z, i), mul(c, f));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  },
);
