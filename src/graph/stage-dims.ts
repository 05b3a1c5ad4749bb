import { Dim } from './dim.js';

/** The number of examples; no graph for one example has it. */
export const batchDim = Dim.symbol('B');

/** The number of steps. */
export const timeDim = Dim.symbol('T');
