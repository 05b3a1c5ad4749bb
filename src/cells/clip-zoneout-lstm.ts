import { add, affine, clip, defineCell, diagonal, mul, ones, sigmoid, tanh } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface ClipZoneoutLstmOptions {
  readonly name?: string;
  /** The cell is clipped to ±bound; `Infinity` for no clipping. */
  readonly bound?: number;
  /** The probability that the cell keeps its previous value. */
  readonly zoneoutC?: number;
  /** The probability that the output keeps its previous value. */
  readonly zoneoutY?: number;
}

/** The expectation of a value that keeps its previous one with a probability. */
const zoneout = (
  probability: number,
  previous: Expression<readonly ['H']>,
  value: Expression<readonly ['H']>,
): Expression<readonly ['H']> =>
  probability === 0 ? value : add(mul(probability, previous), mul(1 - probability, value));

/**
 * The vanilla LSTM with a clipped cell and with zoneout as in evaluation: its expectation, without randomness.
 *
 * The clip acts on the cell alone, before the output gate's peephole (Sak et al. 2014; the `cell_clip` of TensorFlow);
 * ONNX clips the inputs of the activations instead. Zoneout: Krueger et al. 2017, "Zoneout: Regularizing RNNs by Randomly
 * Preserving Hidden Activations", there `c_t = d^c ⊙ c_{t-1} + (1 - d^c) ⊙ (…)` and likewise for the output with a mask d^h of
 * its own, which comes from the cell before its zoneout.
 */
export function defineClipZoneoutLstm({
  name = 'clipZoneoutLstm',
  bound = 3,
  zoneoutC = 0.5,
  zoneoutY = 0.05,
}: ClipZoneoutLstmOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', c)));
    const f = sigmoid(add(affine('f', 'H', { W: x, R: y }, { bias: ones }), diagonal('p_f', c)));
    const unclipped = add(mul(z, i), mul(c, f));
    const h = bound === Infinity ? unclipped : clip(unclipped, -bound, bound);
    const o = sigmoid(add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', h)));
    const cNext = zoneout(zoneoutC, c, h);
    const yNext = zoneout(zoneoutY, y, mul(tanh(h), o));
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { h } };
  });
}

export const clipZoneoutLstm = defineClipZoneoutLstm();
/** The same without zoneout. */
export const clipLstm = defineClipZoneoutLstm({ name: 'clipLstm', zoneoutC: 0, zoneoutY: 0 });
/** The same without clipping. */
export const zoneoutLstm = defineClipZoneoutLstm({ name: 'zoneoutLstm', bound: Infinity });
