import { add, affine, defineCell, diagonal, mul, parameter, sigmoid, sub, tanh, uniform } from '../declare/index.js';

export interface UnicornnOptions {
  readonly name?: string;
  /** The largest time step Δt. */
  readonly step?: number;
  /** α: the square of the oscillators' frequency. */
  readonly stiffness?: number;
}

/**
 * The undamped independent controlled oscillatory RNN, one layer: each unit is an oscillator of its own with position y,
 * velocity z and a trained time step. Rusch & Mishra 2021, "UnICORNN: A recurrent model for learning very long time
 * dependencies". Residual connections between layers are the model's business.
 */
export function defineUnicornn({ name = 'unicornn', step = 0.1, stiffness = 1 }: UnicornnOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], z: ['H'] } }, ({ x, y, z }) => {
    const pace = mul(step, sigmoid(parameter('c', ['H'], uniform(-0.1, 0.1))));
    const force = tanh(add(affine('', 'H', { W: x }), diagonal('w', y, uniform(0, 1))));
    const zNext = sub(z, mul(pace, add(force, mul(stiffness, y))));
    const yNext = add(y, mul(pace, zNext));
    return { next: { y: yNext, z: zNext }, outputs: { y: yNext }, named: { pace, force } };
  });
}

export const unicornn = defineUnicornn();
