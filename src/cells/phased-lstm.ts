import {
  add,
  affine,
  broadcast,
  defineCell,
  diagonal,
  div,
  filledWith,
  floor,
  less,
  mul,
  ones,
  parameter,
  select,
  sigmoid,
  sub,
  tanh,
  uniform,
} from '../declare/index.js';

export interface PhasedLstmOptions {
  readonly name?: string;
  /** The slope α of the time gate outside of the open phase: small in training, 0 in evaluation. */
  readonly leak?: number;
}

/**
 * The Phased LSTM: a vanilla LSTM whose units update only while their time gate k is open, a share `r_on` of each period
 * `tau`. The second input `time` is the time of the step, a scalar. Neil, Pfeiffer & Liu 2016, "Phased LSTM: Accelerating
 * Recurrent Network Training for Long or Event-based Sequences", eqs. 6-10.
 *
 * The phase is mod(t - s, τ)/τ as in the paper, where the authors' code adds the shift. The output gate and the output
 * see the candidate cell h, as in that code. Period, shift and share are trained.
 */
export function definePhasedLstm({ name = 'phasedLstmTrain', leak = 0.01 }: PhasedLstmOptions = {}) {
  return defineCell(
    name,
    { dims: ['I', 'H'], inputs: { x: ['I'], time: [] }, states: { y: ['H'], c: ['H'] } },
    ({ x, time, y, c }) => {
      const tau = parameter('tau', ['H'], uniform(1, 20));
      const shift = parameter('shift', ['H'], uniform(0, 20));
      const openShare = parameter('r_on', ['H'], filledWith(0.05));
      const periods = div(sub(broadcast(time, ['H']), shift), tau);
      const phase = sub(periods, floor(periods));
      const rising = div(mul(2, phase), openShare);
      const k = select(
        less(phase, mul(0.5, openShare)),
        rising,
        select(less(phase, openShare), sub(2, rising), mul(leak, phase)),
      );
      const z = tanh(affine('z', 'H', { W: x, R: y }));
      const i = sigmoid(add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', c)));
      const f = sigmoid(add(affine('f', 'H', { W: x, R: y }, { bias: ones }), diagonal('p_f', c)));
      const h = add(mul(z, i), mul(c, f));
      const o = sigmoid(add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', h)));
      const cNext = add(mul(k, h), mul(sub(1, k), c));
      const yNext = add(mul(k, tanh(h), o), mul(sub(1, k), y));
      return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { phase, k, h } };
    },
  );
}

export const phasedLstmTrain = definePhasedLstm();
/** The same as in evaluation: without a leak, a closed gate keeps the state as it is. */
export const phasedLstmEval = definePhasedLstm({ name: 'phasedLstmEval', leak: 0 });
