import { lstm } from './lstm.js';

/**
 * Full Gate Recurrence: the vanilla LSTM whose gates also see all gates of the previous step, which makes them states.
 * `R_ab` leads from gate a to gate b. Greff et al. 2017, "LSTM: A Search Space Odyssey", section III (FGR); Hochreiter &
 * Schmidhuber 1997.
 */
export const fgr = lstm({ name: 'fgr', peepholes: 'diagonal', gateRecurrence: true });

/** The same, but the peephole of the output gate sees the previous cell, as some versions of the paper print it. */
export const fgrOprev = lstm({
  name: 'fgrOprev',
  peepholes: 'diagonal',
  outputPeephole: 'previous',
  gateRecurrence: true,
});
