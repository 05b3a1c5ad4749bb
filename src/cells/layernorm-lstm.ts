import { lstm } from './lstm.js';

export interface LayerNormLstmOptions {
  readonly name?: string;
  /** Added to the variance under the root. */
  readonly epsilon?: number;
  /** Over which entries a mean and a variance run: all four gates together, or those of each gate. */
  readonly statistics?: 'joint' | 'gate';
}

/**
 * The LSTM with layer normalization of both products and of the cell on its way out; the recurrent cell itself is not
 * normalized. Ba, Kiros & Hinton 2016, "Layer Normalization", eqs. 20-22.
 *
 * They normalize the stacked 4H vector with one mean and one variance, which is the default; many codes normalize each
 * gate on its own (`statistics: 'gate'`). They have no ε; 10⁻⁵ inside the root is common practice.
 */
export function defineLayerNormLstm({
  name = 'layerNormLstm',
  epsilon = 1e-5,
  statistics = 'joint',
}: LayerNormLstmOptions = {}) {
  return lstm({ name, normalization: statistics, epsilon });
}

export const layerNormLstm = defineLayerNormLstm();
/** The same with a mean and a variance for each gate. */
export const layerNormLstmPerGate = defineLayerNormLstm({ name: 'layerNormLstmPerGate', statistics: 'gate' });
