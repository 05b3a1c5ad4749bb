import { add, affine, defineCell, einsum, matrixVector, mul, parameter, sigmoid, sub, tanh } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface AntisymmetricRnnOptions {
  readonly name?: string;
  /** The step size ε of the discretization. */
  readonly step?: number;
  /** The diffusion γ, which makes up for the error of the discretization. */
  readonly diffusion?: number;
  /** Whether an input gate scales each step. */
  readonly gated?: boolean;
}

/**
 * The AntisymmetricRNN, a stable differential equation in steps of ε: its recurrent matrix is R - Rᵀ - γ1, and gate and
 * candidate share it. Chang et al. 2019, "AntisymmetricRNN: A Dynamical System View on Recurrent Neural Networks".
 *
 * R is a full matrix of which only the difference counts, where the paper trains its upper triangle.
 */
export function defineAntisymmetricRnn({
  name = 'antisymmetricRnn',
  step = 0.1,
  diffusion = 0.01,
  gated = false,
}: AntisymmetricRnnOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const R = parameter('R', ['H', 'H']);
    const transposed = einsum<readonly ['H']>('oi,o->i', R, y);
    const turned: Expression<readonly ['H']> = sub(sub(matrixVector(R, y), transposed), mul(diffusion, y));
    const n = tanh(add(affine('n', 'H', { W: x }), turned));
    const z = gated ? sigmoid(add(affine('z', 'H', { W: x }), turned)) : undefined;
    const yNext = add(y, mul(step, z === undefined ? n : mul(z, n)));
    return { next: { y: yNext }, outputs: { y: yNext }, named: { turned } };
  });
}

export const antisymmetricRnn = defineAntisymmetricRnn();
/** The same with a gate on what is added, which shares the recurrent matrix. */
export const antisymmetricRnnGated = defineAntisymmetricRnn({ name: 'antisymmetricRnnGated', gated: true });
