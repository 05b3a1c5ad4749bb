import { add, affine, defineCell, div, greaterEqual, mul, select, sigmoid, sub } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

/**
 * minLSTM and minGRU: gates and candidates that see the input alone. Feng et al. 2024, "Were RNNs All We Needed?",
 * sections 3.1 and 3.2. The plain versions have a linear candidate; the log-space versions pass it through
 * `positive`, and are written here without the logarithms.
 */
const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

type Vector = Expression<readonly ['H']>;
type Activation = (value: Vector) => Vector;

const identity: Activation = (a) => a;
/** g(a) = a + ½ for a ≥ 0, else sig(a). */
const positive: Activation = (a) => select(greaterEqual(a, 0), add(a, 0.5), sigmoid(a));

const defineMinLstm = (name: string, activation: Activation) =>
  defineCell(name, signature, ({ x, y }) => {
    const f = sigmoid(affine('f', 'H', { W: x }));
    const i = sigmoid(affine('i', 'H', { W: x }));
    const h = activation(affine('h', 'H', { W: x }));
    const yNext = add(mul(div(f, add(f, i)), y), mul(div(i, add(f, i)), h));
    return { next: { y: yNext }, outputs: { y: yNext }, named: { h } };
  });

const defineMinGru = (name: string, activation: Activation) =>
  defineCell(name, signature, ({ x, y }) => {
    const u = sigmoid(affine('u', 'H', { W: x }));
    const h = activation(affine('h', 'H', { W: x }));
    const yNext = add(mul(sub(1, u), y), mul(u, h));
    return { next: { y: yNext }, outputs: { y: yNext }, named: { h } };
  });

/** minLSTM: two gates, normalized to a sum of 1, and a linear candidate. */
export const minLstm = defineMinLstm('minLstm', identity);
/** The same with a positive candidate, as the log-space version has it. */
export const minLstmG = defineMinLstm('minLstmG', positive);
/** minGRU: one gate and a linear candidate. */
export const minGru = defineMinGru('minGru', identity);
/** The same with a positive candidate, as the log-space version has it. */
export const minGruG = defineMinGru('minGruG', positive);
