import { lstm } from './lstm.js';

/**
 * The LSTM with full matrices as peepholes: each gate applies one matrix to the input, the output and the cell side by
 * side. Graves 2013, "Generating Sequences With Recurrent Neural Networks", eqs. 7-11, with full in place of diagonal
 * matrices. The block input z does not see the cell, as there.
 */
export const fullPeepholeLstm = lstm({ name: 'fullPeepholeLstm', peepholes: 'full' });

/** The same, but the output gate sees the previous cell, so that all gates are one product. */
export const fullPeepholeLstmOprev = lstm({
  name: 'fullPeepholeLstmOprev',
  peepholes: 'full',
  outputPeephole: 'previous',
});
