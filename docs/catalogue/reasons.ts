import type { CellName } from '../../src/cells/registry.js';

/** The least fraction of the vanilla LSTM's rate that needs no explanation. */
export const explainedBelow = 0.7;

const matrixMemory =
  'the memory is a matrix per example. Its products are not shared by a batch, so that each of its numbers is read from memory for one or two operations; and the elementwise maths on all H² of them in every step, forwards and backwards, is not counted.';
const inputOnly =
  'its products see the input alone. With so few of them, elementwise maths and the sequences that are read and written take most of the time.';
const normalization =
  'the products with input and state are normalized apart before they are added, so that they are two products where others are one; means, variances and their derivatives are passes over all gates that are not counted.';
const convolution =
  'a convolution is a matrix product with its windows, which are copied out first, K times the numbers (K² in two dimensions), for each gate anew; the gates are products of their own, where those of other cells are one.';
const timeGate = 'the time gate and the blend of both states are elementwise maths on top of the vanilla LSTM, which is not counted.';
const exponentialGates = 'stabilized exponential gates are about twice the elementwise maths of the vanilla LSTM, which is not counted.';

/** Why cells are slower than the vanilla LSTM, by the operations that are counted. Shown where a measurement says that they are. */
export const reasons: Readonly<Partial<Record<CellName, string>>> = {
  mlstm: matrixMemory,
  'mlstm-paper': matrixMemory,
  'delta-net': matrixMemory,
  indrnn: inputOnly,
  unicornn: inputOnly,
  minlstm: inputOnly,
  'minlstm-g': inputOnly,
  mingru: inputOnly,
  'mingru-g': inputOnly,
  sru: inputOnly,
  'sru-v1': inputOnly,
  qrnn: inputOnly,
  'qrnn-ifo': inputOnly,
  'layernorm-lstm': normalization,
  'layernorm-lstm-pergate': normalization,
  convlstm1d: convolution,
  convlstm2d: convolution,
  'phased-lstm-train': timeGate,
  'phased-lstm-eval': timeGate,
  slstm: exponentialGates,
  'slstm-expf': exponentialGates,
  nascell: 'fourteen activations to eight pairs of products are more elementwise maths than the five of the vanilla LSTM to four pairs.',
  'fast-grnn': 'gate and candidate share one pair of products: two activations to it, where the vanilla LSTM has five to four.',
  lem: 'one of its candidates sees the new value of the other state, so that its product has to wait: two small products in a step, where the vanilla LSTM has one large one.',
};
