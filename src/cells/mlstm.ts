import {
  abs,
  add,
  affine,
  broadcast,
  constant,
  defineCell,
  div,
  dot,
  exp,
  linear,
  matrixVector,
  max,
  mul,
  neg,
  ones,
  outer,
  parameter,
  reshape,
  sigmoid,
  sizeOf,
  softplus,
  sqrt,
  sub,
} from '../declare/index.js';

export interface MlstmOptions {
  readonly name?: string;
  /**
   * What |n · q| is bounded by from below: `stabilized` is e^-m, which makes the output independent of m (the authors'
   * code); `one` is 1, as the paper prints it.
   */
  readonly denominatorBound?: 'stabilized' | 'one';
}

/**
 * The mLSTM of xLSTM, stabilized, with one head: a matrix memory C with rows by value and columns by key. No recurrence
 * from the output. Beck et al. 2024, "xLSTM: Extended Long Short-Term Memory", eqs. 19-27.
 *
 * The bias of the key is outside of the scale 1/√H, as in the paper; the 10⁻⁶ that the authors' code adds to the
 * denominator is left out. The gradient flows through both maxima.
 */
export function defineMlstm({ name = 'mlstm', denominatorBound = 'stabilized' }: MlstmOptions = {}) {
  return defineCell(
    name,
    { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { C: ['H', 'H'], n: ['H'], m: [1] } },
    ({ x, C, n, m }) => {
      const q = affine('q', 'H', { W: x });
      const k = add(div(linear('k', 'H', { W: x }), broadcast(sqrt(sizeOf('H')), ['H'])), parameter('b_k', ['H']));
      const v = affine('v', 'H', { W: x });
      const logI = affine('i', 1, { w: x });
      const logF = neg(softplus(neg(affine('f', 1, { w: x }, { bias: ones }))));
      const o = sigmoid(affine('o', 'H', { W: x }));
      const mNext = max(add(logF, m), logI);
      const i = exp(sub(logI, mNext));
      const f = exp(sub(add(logF, m), mNext));
      const CNext = add(mul(broadcast(f, ['H', 'H']), C), mul(broadcast(i, ['H', 'H']), outer(v, k)));
      const nNext = add(mul(broadcast(f, ['H']), n), mul(broadcast(i, ['H']), k));
      const bound = denominatorBound === 'stabilized' ? exp(neg(mNext)) : constant(1, [1]);
      const denominator = max(abs(reshape(dot(nNext, q), [1])), bound);
      const y = div(mul(o, matrixVector(CNext, q)), broadcast(denominator, ['H']));
      return {
        next: { C: CNext, n: nNext, m: mNext },
        outputs: { y },
        named: { q, k, v, logI, logF, i, f, denominator },
      };
    },
  );
}

export const mlstm = defineMlstm();
/** The same with |n · q| bounded by 1 from below, as the paper prints it. */
export const mlstmPaper = defineMlstm({ name: 'mlstmPaper', denominatorBound: 'one' });
