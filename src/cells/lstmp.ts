import { lstm } from './lstm.js';

/**
 * The LSTM with a recurrent projection to P units, which is both output and recurrent input; no peepholes. Sak, Senior &
 * Beaufays 2014, "Long Short-Term Memory Recurrent Neural Network Architectures for Large Scale Acoustic Modeling",
 * section 2.2, without their second, non-recurrent projection. The projection has no bias.
 */
export const lstmp = lstm({ name: 'lstmp', projection: true });

/** The same with diagonal peepholes, as in the paper. */
export const lstmpPeephole = lstm({ name: 'lstmpPeephole', projection: true, peepholes: 'diagonal' });
