import { add, broadcast, defineCell, linear, matrixVector, mul, outer, sigmoid, softmax, sub } from '../declare/index.js';

/**
 * Fast weights by the delta rule, one head: a matrix F, values by keys, of which each step replaces what it says of the key,
 * by a share β. Schlag, Irie & Schmidhuber 2021, "Linear Transformers Are Secretly Fast Weight Programmers", section 4.2.
 *
 * Keys and queries pass through the softmax, as in Irie et al. 2021, "Going Beyond Linear Transformers with Recurrent Fast
 * Weight Programmers"; it makes their sum 1, which the first paper asks for.
 */
export const deltaNet = defineCell(
  'deltaNet',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { F: ['H', 'H'] } },
  ({ x, F }) => {
    const k = softmax(linear('k', 'H', { W: x }));
    const q = softmax(linear('q', 'H', { W: x }));
    const v = linear('v', 'H', { W: x });
    const beta = sigmoid(linear('beta', 1, { w: x }));
    const change = mul(broadcast(beta, ['H']), sub(v, matrixVector(F, k)));
    const FNext = add(F, outer(change, k));
    return { next: { F: FNext }, outputs: { y: matrixVector(FNext, q) }, named: { k, q, v, change } };
  },
);
