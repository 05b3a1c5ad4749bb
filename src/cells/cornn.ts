import { add, affine, defineCell, mul, sub, tanh } from '../declare/index.js';

export interface CoRnnOptions {
  readonly name?: string;
  /** The time step Δt. */
  readonly step?: number;
  /** γ: the square of the oscillators' frequency. */
  readonly stiffness?: number;
  /** ε: how fast the velocity decays. */
  readonly damping?: number;
}

/**
 * The coupled oscillatory RNN: a network of driven, damped oscillators with positions y and velocities z. Rusch & Mishra
 * 2021, "Coupled Oscillatory Recurrent Neural Network (coRNN)", eq. 3, with the damping taken at the previous step, as in the
 * authors' code; the paper also allows the new one. `V` couples the velocities.
 */
export function defineCoRnn({ name = 'coRnn', step = 0.1, stiffness = 1, damping = 1 }: CoRnnOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], z: ['H'] } }, ({ x, y, z }) => {
    const force = tanh(affine('', 'H', { W: x, R: y, V: z }));
    const acceleration = sub(sub(force, mul(stiffness, y)), mul(damping, z));
    const zNext = add(z, mul(step, acceleration));
    const yNext = add(y, mul(step, zNext));
    return { next: { y: yNext, z: zNext }, outputs: { y: yNext }, named: { force } };
  });
}

export const coRnn = defineCoRnn();
