import { lstm } from './lstm.js';

/**
 * The LSTM without peepholes (NP): what most libraries call LSTM. Greff et al. 2017, "LSTM: A Search Space Odyssey",
 * section III; Gers, Schmidhuber & Cummins 2000, "Learning to Forget", for the forget gate. One bias per gate, where
 * some libraries add two.
 */
export const npLstm = lstm({ name: 'npLstm' });
