import { chrono, negated } from '../declare/index.js';
import { lstm } from './lstm.js';

export interface ChronoLstmOptions {
  readonly name?: string;
  /** The longest dependency expected, in steps. */
  readonly longest?: number;
}

/**
 * The LSTM without peepholes whose units start out with memories of all lengths: b_f = ln u with u uniform on
 * [1, longest - 1], and b_i = -b_f. Tallec & Ollivier 2018, "Can recurrent neural networks warp time?", section 2. The
 * equations are those of `npLstm`.
 */
export function defineChronoLstm({ name = 'chronoLstm', longest = 100 }: ChronoLstmOptions = {}) {
  return lstm({ name, biases: { f: chrono(longest), i: negated('b_f') } });
}

export const chronoLstm = defineChronoLstm();
