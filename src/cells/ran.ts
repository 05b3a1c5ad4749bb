import { add, affine, defineCell, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';

export interface RanOptions {
  readonly name?: string;
  /** Of the state on its way out; the paper tries both. */
  readonly activation?: 'tanh' | 'identity';
}

/**
 * The recurrent additive network: the state is a gated sum of linear functions of the inputs; gates see the output. Lee,
 * Levy & Zettlemoyer 2017, "Recurrent Additive Networks".
 */
export function defineRan({ name = 'ran', activation = 'tanh' }: RanOptions = {}) {
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
    const i = sigmoid(affine('i', 'H', { W: x, R: y }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
    const cNext = add(mul(i, linear('c', 'H', { W: x })), mul(f, c));
    const yNext = activation === 'tanh' ? tanh(cNext) : cNext;
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  });
}

export const ran = defineRan();
/** The same with the state itself as the output. */
export const ranIdentity = defineRan({ name: 'ranIdentity', activation: 'identity' });
