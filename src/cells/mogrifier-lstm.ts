import { add, affine, defineCell, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface MogrifierLstmOptions {
  readonly name?: string;
  /** How often input and output gate each other before the step; 0 is the plain LSTM. */
  readonly rounds?: number;
}

/**
 * The Mogrifier LSTM: input and previous output gate each other in turn, then comes the LSTM without peepholes. Melis,
 * Kočiský & Blunsom 2020, "Mogrifier LSTM", eqs. 1 and 2 for the rounds. The matrices have full rank and no bias; the
 * paper's R is called M here, since R is the recurrent matrix.
 */
export function defineMogrifierLstm({ name = 'mogrifierLstm', rounds = 5 }: MogrifierLstmOptions = {}) {
  return defineCell(
    name,
    { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } },
    ({ x: xGiven, y: yGiven, c }) => {
      let x: Expression<readonly ['I']> = xGiven;
      let y: Expression<readonly ['H']> = yGiven;
      for (let round = 1; round <= rounds; round++) {
        if (round % 2 === 1) x = mul(2, sigmoid(linear('', 'I', { [`Q_${round}`]: y })), x);
        else y = mul(2, sigmoid(linear('', 'H', { [`M_${round}`]: x })), y);
      }
      const z = tanh(affine('z', 'H', { W: x, R: y }));
      const i = sigmoid(affine('i', 'H', { W: x, R: y }));
      const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
      const o = sigmoid(affine('o', 'H', { W: x, R: y }));
      const cNext = add(mul(z, i), mul(c, f));
      const yNext = mul(tanh(cNext), o);
      return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
    },
  );
}

export const mogrifierLstm = defineMogrifierLstm();
