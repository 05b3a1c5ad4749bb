import { add, affine, defineCell, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The Nested LSTM of depth 2: the cell of the outer LSTM is the output of an inner one, whose parameters stand under `in.`
 * and whose cell is `ci`. Moniz & Krueger 2018, "Nested LSTMs", whose abstract states the rule: the inner LSTM reads
 * `f_t ⊙ c_{t-1}` as its state and `i_t ⊙ g_t` as its input, and `c_t` is its output. Activations are tanh everywhere; some codes
 * leave the inner block input linear.
 */
export const nestedLstm = defineCell(
  'nestedLstm',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'], ci: ['H'] } },
  ({ x, y, c, ci }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
    const o = sigmoid(affine('o', 'H', { W: x, R: y }));

    const innerInput = mul(i, z);
    const innerOutput = mul(f, c);
    const innerZ = tanh(affine('in.z', 'H', { W: innerInput, R: innerOutput }));
    const innerI = sigmoid(affine('in.i', 'H', { W: innerInput, R: innerOutput }));
    const innerF = sigmoid(affine('in.f', 'H', { W: innerInput, R: innerOutput }, { bias: ones }));
    const innerO = sigmoid(affine('in.o', 'H', { W: innerInput, R: innerOutput }));
    const ciNext = add(mul(innerF, ci), mul(innerI, innerZ));
    const cNext = mul(innerO, tanh(ciNext));

    const yNext = mul(o, tanh(cNext));
    return { next: { y: yNext, c: cNext, ci: ciNext }, outputs: { y: yNext }, named: { innerInput, innerOutput } };
  },
);
