import { relu } from '../declare/index.js';
import { gru } from './gru.js';

/**
 * The light GRU (Li-GRU): no reset gate, and rectified linear units. Ravanelli et al. 2018, "Light Gated Recurrent Units for
 * Speech Recognition". An update gate near 1 keeps the old state.
 *
 * The batch normalization of `W x` is left out: it needs the statistics of a batch in training, and after training it is
 * an affine function that W and b contain.
 */
export const liGru = gru({ name: 'liGru', reset: 'none', candidateActivation: relu });
