import { adam, adamw } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate, train } from './apply-update.js';

describe('adamw', () => {
  it('shrinks parameters without a gradient, and keeps the decay out of the moments', () => {
    const { parameters, slots } = applyUpdate(adamw({ weightDecay: 0.5 }), { parameters: [8, -4], gradients: [0, 0], learningRate: 0.25 });
    expect(parameters).toEqual([7, -3.5]);
    expect(slots).toEqual({ firstMoment: [0, 0], secondMoment: [0, 0] });
  });

  it('shrinks first and then steps like adam', () => {
    const gradients = [[1, -2]];
    const shrunk = [1 - 0.1 * 0.3, 5 - 0.1 * 0.3 * 5];
    const expected = train(adam(), shrunk, gradients, 0.1);
    for (const [k, value] of train(adamw({ weightDecay: 0.3 }), [1, 5], gradients, 0.1).entries()) expect(value).toBeCloseTo(expected[k] ?? NaN, 14);
  });

  it('is adam when nothing decays', () => {
    const gradients = [[1, -2], [0.25, 3], [-1, 0]];
    expect(train(adamw({ weightDecay: 0 }), [1, 5], gradients, 0.1)).toEqual(train(adam(), [1, 5], gradients, 0.1));
  });

  it('rejects a negative decay', () => {
    expect(() => adamw({ weightDecay: -0.01 })).toThrow(/weightDecay must be/);
  });
});
