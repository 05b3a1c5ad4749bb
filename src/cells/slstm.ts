import {
  add,
  affine,
  defineCell,
  div,
  exp,
  max,
  mul,
  neg,
  ones,
  sigmoid,
  softplus,
  sub,
  tanh,
} from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface SlstmOptions {
  readonly name?: string;
  /** The paper allows both; its code takes the sigmoid. */
  readonly forgetGate?: 'sigmoid' | 'exponential';
}

/** ln sig(a), which does not cancel. */
const logSigmoid = (a: Expression<readonly ['H']>): Expression<readonly ['H']> => neg(softplus(neg(a)));

/**
 * The sLSTM of xLSTM, stabilized, with one head: exponential gates, normalizer n, stabilizer m; the true cell is
 * c · e^m. Beck et al. 2024, "xLSTM: Extended Long Short-Term Memory", eqs. 8-17 (8-14 the cell, 15-17 the stabilizer).
 *
 * The gradient flows through the maximum in m, as in the authors' code. An initial n must be positive: their special
 * first step, taken when n is all zero, is not needed then.
 */
export function defineSlstm({ name = 'slstm', forgetGate = 'sigmoid' }: SlstmOptions = {}) {
  return defineCell(
    name,
    { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'], n: ['H'], m: ['H'] } },
    ({ x, y, c, n, m }) => {
      const logI = affine('i', 'H', { W: x, R: y });
      const forget = affine('f', 'H', { W: x, R: y }, { bias: ones });
      const logF = forgetGate === 'sigmoid' ? logSigmoid(forget) : forget;
      const mNext = max(add(logF, m), logI);
      const i = exp(sub(logI, mNext));
      const f = exp(sub(add(logF, m), mNext));
      const z = tanh(affine('z', 'H', { W: x, R: y }));
      const o = sigmoid(affine('o', 'H', { W: x, R: y }));
      const cNext = add(mul(f, c), mul(i, z));
      const nNext = add(mul(f, n), i);
      const yNext = div(mul(o, cNext), nNext);
      return { next: { y: yNext, c: cNext, n: nNext, m: mNext }, outputs: { y: yNext }, named: { logI, logF, i, f } };
    },
  );
}

export const slstm = defineSlstm();
/** The same with an exponential forget gate in place of the sigmoid. */
export const slstmExpf = defineSlstm({ name: 'slstmExpf', forgetGate: 'exponential' });
