import { lstm } from './lstm.js';

/**
 * The LSTM with diagonal peepholes; the output gate sees the new cell. Greff et al. 2017, "LSTM: A Search Space
 * Odyssey", section II; Gers & Schmidhuber 2000 for the peepholes.
 */
export const vanillaLstm = lstm({ name: 'vanillaLstm', peepholes: 'diagonal' });
