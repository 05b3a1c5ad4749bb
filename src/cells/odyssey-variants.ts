import { add, affine, defineCell, diagonal, mul, ones, sigmoid, sub, tanh, zeros } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

/**
 * What Greff et al. 2017, "LSTM: A Search Space Odyssey", section III, take away from the vanilla LSTM, one thing each.
 * The peepholes of the gates that stay, stay. The two variants that change more have files of their own: `np-lstm.ts`
 * and `fgr.ts`.
 */
const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } } as const;

type Vector<D extends string> = Expression<readonly [D]>;

/** `W_z x + R_z y + b_z`: the block input before its activation. */
const blockInput = (x: Vector<'I'>, y: Vector<'H'>): Vector<'H'> => affine('z', 'H', { W: x, R: y });

/** `sig(W x + R y + p * c + b)`, for the input, forget or output gate. */
const gate = (name: 'i' | 'f' | 'o', x: Vector<'I'>, y: Vector<'H'>, c: Vector<'H'>): Vector<'H'> =>
  sigmoid(add(affine(name, 'H', { W: x, R: y }, { bias: name === 'f' ? ones : zeros }), diagonal(`p_${name}`, c)));

/** No Input Gate: i = 1. */
export const nig = defineCell('nig', signature, ({ x, y, c }) => {
  const z = tanh(blockInput(x, y));
  const f = gate('f', x, y, c);
  const cNext = add(z, mul(c, f));
  const o = gate('o', x, y, cNext);
  const yNext = mul(tanh(cNext), o);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
});

/** No Forget Gate: f = 1, as in Hochreiter & Schmidhuber 1997. */
export const nfg = defineCell('nfg', signature, ({ x, y, c }) => {
  const z = tanh(blockInput(x, y));
  const i = gate('i', x, y, c);
  const cNext = add(mul(z, i), c);
  const o = gate('o', x, y, cNext);
  const yNext = mul(tanh(cNext), o);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
});

/** No Output Gate: o = 1. */
export const nog = defineCell('nog', signature, ({ x, y, c }) => {
  const z = tanh(blockInput(x, y));
  const i = gate('i', x, y, c);
  const f = gate('f', x, y, c);
  const cNext = add(mul(z, i), mul(c, f));
  const yNext = tanh(cNext);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
});

/** No Input Activation Function: g(a) = a. */
export const niaf = defineCell('niaf', signature, ({ x, y, c }) => {
  const z = blockInput(x, y);
  const i = gate('i', x, y, c);
  const f = gate('f', x, y, c);
  const cNext = add(mul(z, i), mul(c, f));
  const o = gate('o', x, y, cNext);
  const yNext = mul(tanh(cNext), o);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { z } };
});

/** No Output Activation Function: h(a) = a. */
export const noaf = defineCell('noaf', signature, ({ x, y, c }) => {
  const z = tanh(blockInput(x, y));
  const i = gate('i', x, y, c);
  const f = gate('f', x, y, c);
  const cNext = add(mul(z, i), mul(c, f));
  const o = gate('o', x, y, cNext);
  const yNext = mul(cNext, o);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
});

/**
 * Coupled Input and Forget Gate: i = 1 - f. The paper keeps the input gate and sets f = 1 - i, which is the same cell:
 * the parameters of one gate are those of the other, negated.
 */
export const cifg = defineCell('cifg', signature, ({ x, y, c }) => {
  const z = tanh(blockInput(x, y));
  const f = gate('f', x, y, c);
  const i = sub(1, f);
  const cNext = add(mul(z, i), mul(c, f));
  const o = gate('o', x, y, cNext);
  const yNext = mul(tanh(cNext), o);
  return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { i } };
});
