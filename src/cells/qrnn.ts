import { add, affine, defineCell, mul, sigmoid, sub, tanh } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface QrnnOptions {
  readonly name?: string;
  /** `fo`: the input gate is 1 - f; `ifo`: it has weights of its own. */
  readonly pooling?: 'fo' | 'ifo';
}

/**
 * The quasi-recurrent network with filters of width 2: gates see this input and the one before, which is a state, and
 * only c is recurrent, elementwise. `V` are the taps on the previous input. Bradbury et al. 2017, "Quasi-Recurrent Neural
 * Networks", section 2, fo-pooling and ifo-pooling. Biases are added, which the paper does not print.
 */
export function defineQrnn({ name = 'qrnn', pooling = 'fo' }: QrnnOptions = {}) {
  return defineCell(
    name,
    { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { previous: ['I'], c: ['H'] } },
    ({ x, previous, c }) => {
      const filtered = (gate: string): Expression<readonly ['H']> => affine(gate, 'H', { V: previous, W: x });
      const z = tanh(filtered('z'));
      const f = sigmoid(filtered('f'));
      const o = sigmoid(filtered('o'));
      const i = pooling === 'fo' ? sub(1, f) : sigmoid(filtered('i'));
      const cNext = add(mul(f, c), mul(i, z));
      return { next: { previous: x, c: cNext }, outputs: { y: mul(o, cNext) }, named: { i } };
    },
  );
}

export const qrnn = defineQrnn();
/** The same with an input gate of its own in place of 1 - f: ifo-pooling. */
export const qrnnIfo = defineQrnn({ name: 'qrnnIfo', pooling: 'ifo' });
