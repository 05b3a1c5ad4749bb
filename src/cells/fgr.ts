import { add, affine, defineCell, diagonal, linear, mul, ones, sigmoid, tanh } from '../declare/index.js';

const signature = {
  dims: ['I', 'H'],
  inputs: { x: ['I'] },
  states: { y: ['H'], c: ['H'], i: ['H'], f: ['H'], o: ['H'] },
} as const;

const defineFgr = (name: string, cellSeenByOutputGate: 'new' | 'previous') =>
  defineCell(name, signature, ({ x, y, c, i, f, o }) => {
    const z = tanh(affine('z', 'H', { W: x, R: y }));
    const iNext = sigmoid(
      add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', c), linear('', 'H', { R_ii: i, R_fi: f, R_oi: o })),
    );
    const fNext = sigmoid(
      add(
        affine('f', 'H', { W: x, R: y }, { bias: ones }),
        diagonal('p_f', c),
        linear('', 'H', { R_if: i, R_ff: f, R_of: o }),
      ),
    );
    const cNext = add(mul(z, iNext), mul(c, fNext));
    const seen = cellSeenByOutputGate === 'new' ? cNext : c;
    const oNext = sigmoid(
      add(affine('o', 'H', { W: x, R: y }), diagonal('p_o', seen), linear('', 'H', { R_io: i, R_fo: f, R_oo: o })),
    );
    const yNext = mul(tanh(cNext), oNext);
    return { next: { y: yNext, c: cNext, i: iNext, f: fNext, o: oNext }, outputs: { y: yNext } };
  });

/**
 * Full Gate Recurrence: the vanilla LSTM whose gates also see all gates of the previous step, which makes them states.
 * `R_ab` leads from gate a to gate b. Greff et al. 2017, "LSTM: A Search Space Odyssey", section III (FGR); Hochreiter &
 * Schmidhuber 1997.
 */
export const fgr = defineFgr('fgr', 'new');

/** The same, but the peephole of the output gate sees the previous cell, as some versions of the paper print it. */
export const fgrOprev = defineFgr('fgrOprev', 'previous');
