import { add, affine, defineCell, mul, sigmoid, sub, tanh } from '../declare/index.js';

export interface LemOptions {
  readonly name?: string;
  /** The largest time step Δt. */
  readonly step?: number;
}

/**
 * Long Expressive Memory: two states with trained time steps that differ by unit and by step. Rusch et al. 2022, "Long
 * Expressive Memory for Sequence Modeling", section 2. `s` and `l` are the two time steps over Δt; y sees the new z.
 */
export function defineLem({ name = 'lem', step = 1 }: LemOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], z: ['H'] } }, ({ x, y, z }) => {
    const s = mul(step, sigmoid(affine('s', 'H', { W: x, R: y })));
    const l = mul(step, sigmoid(affine('l', 'H', { W: x, R: y })));
    const zNext = add(mul(sub(1, s), z), mul(s, tanh(affine('z', 'H', { W: x, R: y }))));
    const yNext = add(mul(sub(1, l), y), mul(l, tanh(affine('y', 'H', { W: x, R: zNext }))));
    return { next: { y: yNext, z: zNext }, outputs: { y: yNext } };
  });
}

export const lem = defineLem();
