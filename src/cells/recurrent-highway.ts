import { add, affine, defineCell, linear, mul, sigmoid, sub, tanh } from '../declare/index.js';

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

/**
 * The Recurrent Highway cell of depth 2; the input enters the first layer only. Zilly et al. 2017, "Recurrent Highway
 * Networks", eqs. 6-9. The carry gate is coupled, c = 1 - t, as in all their experiments; see `rhnDepth2Carry`.
 */
export const rhnDepth2 = defineCell('rhnDepth2', signature, ({ x, y }) => {
  const h1 = tanh(add(linear('', 'H', { W_h: x }), affine('h1', 'H', { R: y })));
  const t1 = sigmoid(add(linear('', 'H', { W_t: x }), affine('t1', 'H', { R: y })));
  const s1 = add(mul(h1, t1), mul(y, sub(1, t1)));
  const h2 = tanh(affine('h2', 'H', { R: s1 }));
  const t2 = sigmoid(affine('t2', 'H', { R: s1 }));
  const s2 = add(mul(h2, t2), mul(s1, sub(1, t2)));
  return { next: { y: s2 }, outputs: { y: s2 }, named: { s1 } };
});

/** The same with a carry gate of its own, as the paper first defines it. */
export const rhnDepth2Carry = defineCell('rhnDepth2Carry', signature, ({ x, y }) => {
  const h1 = tanh(add(linear('', 'H', { W_h: x }), affine('h1', 'H', { R: y })));
  const t1 = sigmoid(add(linear('', 'H', { W_t: x }), affine('t1', 'H', { R: y })));
  const c1 = sigmoid(add(linear('', 'H', { W_c: x }), affine('c1', 'H', { R: y })));
  const s1 = add(mul(h1, t1), mul(y, c1));
  const h2 = tanh(affine('h2', 'H', { R: s1 }));
  const t2 = sigmoid(affine('t2', 'H', { R: s1 }));
  const c2 = sigmoid(affine('c2', 'H', { R: s1 }));
  const s2 = add(mul(h2, t2), mul(s1, c2));
  return { next: { y: s2 }, outputs: { y: s2 }, named: { s1 } };
});
