import { adam, adamw, rmsprop, sgd } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate, train } from './apply-update.js';

describe('clipping by value', () => {
  it('bounds each element of the gradients on its own', () => {
    const { parameters, gradientNorm } = applyUpdate(sgd({ clipValue: 0.5 }), { parameters: [0, 0, 0, 0], gradients: [3, -4, 0.25, -0.5], learningRate: 1 });
    expect(parameters).toEqual([-0.5, 0.5, -0.25, 0.5]);
    expect(gradientNorm).toBe(Math.hypot(3, -4, 0.25, -0.5));
  });

  it.each([adam, adamw, rmsprop, sgd])('comes before the rule of %o', (make) => {
    const gradients = [[3, -0.1], [-7, 0.2]];
    const bounded = gradients.map((each) => each.map((g) => Math.min(Math.max(g, -1), 1)));
    expect(train(make({ clipValue: 1 }), [1, 2], gradients, 0.1)).toEqual(train(make(), [1, 2], bounded, 0.1));
  });

  it.each([0, -1, NaN, Infinity])('rejects a bound of %d', (clipValue) => {
    expect(() => sgd({ clipValue })).toThrow(/clipValue must be a positive number/);
  });

  it('does not go with clipping by the norm', () => {
    expect(() => sgd({ clipValue: 1, clipNorm: 1 })).toThrow('give clipNorm or clipValue, not both');
  });
});
