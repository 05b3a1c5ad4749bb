import { add, affine, defineCell, mul, ones, sigmoid, sub, tanh } from '../declare/index.js';

export interface JanetOptions {
  readonly name?: string;
  /** Subtracted from the pre-activation of the gate where it lets the input in. */
  readonly beta?: number;
}

/**
 * JANET, the LSTM with the forget gate alone; the output is the cell. van der Westhuizen & Lasenby 2018, "The
 * Unreasonable Effectiveness of the Forget Gate", which first gives β = 0, the default, and then subtracts β = 1:
 * `c_t = σ(s_t) ⊙ c_{t-1} + (1 - σ(s_t - β)) ⊙ c̃_t`, where c̃ is called n here.
 */
export function defineJanet({ name = 'janet', beta = 0 }: JanetOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { c: ['H'] } }, ({ x, c }) => {
    const s = affine('f', 'H', { W: x, R: c }, { bias: ones });
    const n = tanh(affine('n', 'H', { W: x, R: c }));
    const i = sub(1, sigmoid(beta === 0 ? s : sub(s, beta)));
    const cNext = add(mul(sigmoid(s), c), mul(i, n));
    return { next: { c: cNext }, outputs: { y: cNext }, named: { s, i } };
  });
}

export const janet = defineJanet();
/** The same with β = 1: units take in less while they forget. */
export const janetBeta1 = defineJanet({ name: 'janetBeta1', beta: 1 });
