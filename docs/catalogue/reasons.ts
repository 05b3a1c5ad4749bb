import type { CellName } from '../../src/cells/registry.js';

/** The least fraction of the vanilla LSTM's rate that needs no explanation. */
export const explainedBelow = 0.7;

const matrixMemory =
  'elementwise maths and products with the memory take 80 to 90 % of the time (elementwise maths of the vanilla LSTM: 12 to 14 %): the memory is a matrix per example, so that these products share nothing in a batch, and each of its H² numbers is read, changed and written in every step, forwards and backwards.';
const normalization =
  'elementwise maths takes a third of the time (vanilla LSTM: 13 %): means, variances and their derivatives are passes over all gates, which are not counted. Products with input and state are normalized apart before they are added, and run at 0.85 to 0.93 of the rate.';
const convolution =
  'elementwise maths, and copying out the windows that a convolution is a product with, take 20 to 26 % of the time (vanilla LSTM: 12 %). The products run at the same rate or a better one.';

/**
 * Why cells are slower than the vanilla LSTM, by the operations that are counted. Shown where a measurement says that they are. Shares
 * of the time are those that `npm run bench -- --profile CELL` prints for WebAssembly, elementwise maths being the maps.
 */
export const reasons: Readonly<Partial<Record<CellName, string>>> = {
  mlstm: matrixMemory,
  'mlstm-paper': matrixMemory,
  'delta-net': matrixMemory,
  'layernorm-lstm': normalization,
  'layernorm-lstm-pergate': normalization,
  convlstm1d: convolution,
  convlstm2d: convolution,
  unicornn: 'elementwise maths takes 39 % of the time (vanilla LSTM: 13 %), since its one product sees the input alone; the product runs at the same rate.',
  'fast-grnn': 'elementwise maths takes 21 % of the time (vanilla LSTM: 14 %): gate and candidate share one pair of products, which run at the same rate.',
  nascell: 'its products run at 0.82 of the rate; elementwise maths takes 17 % of the time (vanilla LSTM: 14 %).',
};
