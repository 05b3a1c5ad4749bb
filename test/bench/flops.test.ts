import { createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';
import { describe, expect, it } from 'vitest';
import { characterModel } from '../../bench/character-model.js';
import { productFlops } from '../../bench/flops.js';
import { twoTempo } from '../../bench/two-tempo-cell.js';

const shape = { T: 7, B: 3, I: 5, H: 11 };
const { T, B, I, H } = shape;

/** A matrix of each gate by the input, and one by the recurrent state. */
const gated = (gates: number): number => 2 * T * B * gates * H * (I + H);

describe('the operations that a rate counts', () => {
  it.each<[CellName, number]>([
    ['vanilla-lstm', 4],
    ['np-lstm', 4],
    ['cifg', 3],
    ['gru-v1', 3],
    ['gru-v3', 3],
    ['layernorm-lstm', 4],
    ['slstm', 4],
    ['rnn-tanh', 1],
  ])('are the products of the gates alone: %s', (cell, gates) => {
    expect(productFlops(createCell(cell), shape, 'forward')).toBe(gated(gates));
  });

  it('are four gates in the cell that nobody tuned for', () => {
    expect(productFlops(twoTempo, shape, 'forward')).toBe(gated(4));
  });

  it('add up over the layers of a model', () => {
    expect(productFlops(characterModel, shape, 'forward')).toBe(gated(4) + 2 * T * B * 4 * H * (H + H));
  });

  it('are three times as many forwards and backwards', () => {
    expect(productFlops(createCell('vanilla-lstm'), shape, 'train')).toBe(3 * gated(4));
  });

  it('are those of one step in a stream', () => {
    expect(productFlops(createCell('vanilla-lstm'), { ...shape, T: 1, B: 1 }, 'step')).toBe(gated(4) / (T * B));
  });
});
