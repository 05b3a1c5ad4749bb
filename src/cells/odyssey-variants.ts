import { lstm } from './lstm.js';

/**
 * What Greff et al. 2017, "LSTM: A Search Space Odyssey", section III, take away from the vanilla LSTM, one thing each.
 * The peepholes of the gates that stay, stay. The two variants that change more have files of their own: `np-lstm.ts`
 * and `fgr.ts`.
 */
const peepholes = 'diagonal';

/** No Input Gate: i = 1. */
export const nig = lstm({ name: 'nig', peepholes, without: ['i'] });

/** No Forget Gate: f = 1, as in Hochreiter & Schmidhuber 1997. */
export const nfg = lstm({ name: 'nfg', peepholes, without: ['f'] });

/** No Output Gate: o = 1. */
export const nog = lstm({ name: 'nog', peepholes, without: ['o'] });

/** No Input Activation Function: g(a) = a. */
export const niaf = lstm({ name: 'niaf', peepholes, inputActivation: 'identity' });

/** No Output Activation Function: h(a) = a. */
export const noaf = lstm({ name: 'noaf', peepholes, outputActivation: 'identity' });

/**
 * Coupled Input and Forget Gate: i = 1 - f. The paper keeps the input gate and sets f = 1 - i, which is the same cell:
 * the parameters of one gate are those of the other, negated.
 */
export const cifg = lstm({ name: 'cifg', peepholes, coupling: 'forget' });
