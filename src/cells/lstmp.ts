import { add, affine, defineCell, diagonal, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';

/**
 * The LSTM with a recurrent projection to P units, which is both output and recurrent input; no peepholes. Sak, Senior &
 * Beaufays 2014, "Long Short-Term Memory Recurrent Neural Network Architectures for Large Scale Acoustic Modeling",
 * section 2.2, without their second, non-recurrent projection. The projection has no bias.
 */
export const lstmp = defineCell(
  'lstmp',
  { dims: ['I', 'H', 'P'], inputs: { x: ['I'] }, states: { y: ['P'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(affine('i', 'H', { W: x, R: y }));
    const f = sigmoid(affine('f', 'H', { W: x, R: y }, { bias: ones }));
    const o = sigmoid(affine('o', 'H', { W: x, R: y }));
    const cNext = add(mul(z, i), mul(c, f));
    const m = mul(tanh(cNext), o);
    const yNext = linear('p', 'P', { W: m });
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { m } };
  },
);

/** The same with diagonal peepholes, as in the paper. */
export const lstmpPeephole = defineCell(
  'lstmpPeephole',
  { dims: ['I', 'H', 'P'], inputs: { x: ['I'] }, states: { y: ['P'], c: ['H'] } },
  ({ x, y, c }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const i = sigmoid(add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', c)));
    const f = sigmoid(add(affine('f', 'H', { W: x, R: y }, { bias: ones }), diagonal('p_f', c)));
    const cNext = add(mul(z, i), mul(c, f));
    const o = sigmoid(add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', cNext)));
    const m = mul(tanh(cNext), o);
    const yNext = linear('p', 'P', { W: m });
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { m } };
  },
);
