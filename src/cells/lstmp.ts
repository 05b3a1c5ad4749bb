import { lstm } from './lstm.js';

/**
 * The LSTM with a recurrent projection to P units, which is both output and recurrent input; no peepholes. Sak, Senior &
 * Beaufays 2014, "Long Short-Term Memory Recurrent Neural Network Architectures for Large Scale Acoustic Modeling": the
 * LSTMP, whose `r_t = W m_t`, without bias, is y here. Their report of the same year (arXiv 1402.1128) has a second,
 * non-recurrent projection, which is left out.
 */
export const lstmp = lstm({ name: 'lstmp', projection: true });

/** The same with diagonal peepholes, as in the paper. */
export const lstmpPeephole = lstm({ name: 'lstmpPeephole', projection: true, peepholes: 'diagonal' });
