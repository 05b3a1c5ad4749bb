import { add, affine, defineCell, diagonal, mul, ones, parameter, sigmoid, sub, tanh } from 'cellwright';

/**
 * A cell made up for the benchmark, so that nothing can have been tuned to it: two memories, of which the fast one is
 * written by gates and the slow one trails it at a pace that each unit learns.
 *
 *     g     = tanh(W_g x + R_g y + b_g)
 *     w     = σ(W_w x + R_w y + p_w ∘ slow + b_w)
 *     k     = σ(W_k x + R_k y + b_k)
 *     fast' = k ∘ fast + w ∘ g
 *     slow' = slow + σ(pace) ∘ (fast' − slow)
 *     o     = σ(W_o x + R_o y + p_o ∘ slow' + b_o)
 *     y'    = o ∘ tanh(fast' + slow')
 */
export const twoTempo = defineCell(
  'twoTempo',
  { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], fast: ['H'], slow: ['H'] } },
  ({ x, y, fast, slow }) => {
    const g = tanh(affine('g', 'H', { W: x, R: y }));
    const w = sigmoid(add(affine('w', 'H', { W: x, R: y }), diagonal('p_w', slow)));
    const k = sigmoid(affine('k', 'H', { W: x, R: y }, { bias: ones }));
    const fastNext = add(mul(k, fast), mul(w, g));
    const slowNext = add(slow, mul(sigmoid(parameter('pace', ['H'])), sub(fastNext, slow)));
    const o = sigmoid(add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', slowNext)));
    const yNext = mul(o, tanh(add(fastNext, slowNext)));
    return { next: { y: yNext, fast: fastNext, slow: slowNext }, outputs: { y: yNext } };
  },
);
