import { add, affine, defineCell, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The LSTM with full matrices as peepholes: each gate applies one matrix to the input, the output and the cell side by
 * side. Graves 2013, "Generating Sequences With Recurrent Neural Networks", eqs. 7-11, with full in place of diagonal
 * matrices. The block input z does not see the cell, as there.
 */
export const fullPeepholeLstm = defineCell(
  'fullPeepholeLstm',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y, P: c }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y, P: c }, { bias: ones }));
    const cNext = add(mul(z, i), mul(c, f));
    const o = sigmoid(affine('o', 'H', { W: x, R: y, P: cNext }));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  },
);

/** The same, but the output gate sees the previous cell, so that all gates are one product. */
export const fullPeepholeLstmOprev = defineCell(
  'fullPeepholeLstmOprev',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y, P: c }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y, P: c }, { bias: ones }));
    const o = sigmoid(affine('o', 'H', { W: x, R: y, P: c }));
    const cNext = add(mul(z, i), mul(c, f));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  },
);
