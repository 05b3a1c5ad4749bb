import { add, affine, defineCell, linear, mul, parameter, sigmoid, sub, tanh } from '../declare/index.js';
import type { Expression } from '../declare/index.js';
import { gru } from './gru.js';

/**
 * The SLIM forms of GRU and MGU, whose gates see less than all of input, state and bias: form 1 the state and a bias, form 2 the
 * state alone, form 3 a bias alone. Dey & Salem 2017, "Gate-Variants of Gated Recurrent Unit (GRU) Neural Networks"; Heck &
 * Salem 2017, "Simplified Minimal Gated Unit Variations for Recurrent Neural Networks". What the gates do is as in `gruV1` and
 * `mgu`.
 */
type SlimForm = 1 | 2 | 3;

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

type Vector = Expression<readonly ['H']>;

function slimGate(name: string, form: SlimForm, y: Vector): Vector {
  switch (form) {
    case 1:
      return sigmoid(affine(name, 'H', { R: y }));
    case 2:
      return sigmoid(linear(name, 'H', { R: y }));
    case 3:
      return sigmoid(parameter(`b_${name}`, ['H']));
  }
}

const defineSlimMgu = (name: string, form: SlimForm) =>
  defineCell(name, signature, ({ x, y }) => {
    const f = slimGate('f', form, y);
    const n = tanh(affine('n', 'H', { W: x, R: mul(f, y) }));
    const yNext = add(mul(sub(1, f), y), mul(f, n));
    return { next: { y: yNext }, outputs: { y: yNext }, named: { f } };
  });

/** The GRU whose gates see the state and a bias: form 1. */
export const gruSlim1 = gru({ name: 'gruSlim1', gateInputs: 'state and bias' });
/** The GRU whose gates see the state alone: form 2. */
export const gruSlim2 = gru({ name: 'gruSlim2', gateInputs: 'state' });
/** The GRU whose gates are trained constants: form 3. */
export const gruSlim3 = gru({ name: 'gruSlim3', gateInputs: 'bias' });
/** The MGU whose gate sees the state and a bias: form 1. */
export const mguSlim1 = defineSlimMgu('mguSlim1', 1);
/** The MGU whose gate sees the state alone: form 2. */
export const mguSlim2 = defineSlimMgu('mguSlim2', 2);
/** The MGU whose gate is a trained constant: form 3. */
export const mguSlim3 = defineSlimMgu('mguSlim3', 3);
