import { add, affine, chrono, defineCell, mul, negated, sigmoid, tanh } from '../declare/index.js';

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
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y }, { bias: negated('b_f') }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: chrono(longest) }));
    const o = sigmoid(affine('o', 'H', { W: x, R: y }));
    const cNext = add(mul(z, i), mul(c, f));
    const yNext = mul(tanh(cNext), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  });
}

export const chronoLstm = defineChronoLstm();
