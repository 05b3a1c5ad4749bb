import { adam, adamw, sgd } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './apply-update.js';

const from = { parameters: [0, 0], learningRate: 1 };

describe('clipping by the global norm', () => {
  it('scales gradients of a larger norm down together', () => {
    const { parameters } = applyUpdate(sgd({ clipNorm: 1 }), { ...from, gradients: [3, -4] });
    expect(parameters[0]).toBeCloseTo(-0.6, 15);
    expect(parameters[1]).toBeCloseTo(0.8, 15);
  });

  it('leaves gradients of a smaller norm exactly as they are', () => {
    expect(applyUpdate(sgd({ clipNorm: 6 }), { ...from, gradients: [3, -4] }).parameters).toEqual([-3, 4]);
  });

  it('leaves gradients of exactly that norm as they are', () => {
    expect(applyUpdate(sgd({ clipNorm: 5 }), { ...from, gradients: [3, -4] }).parameters).toEqual([-3, 4]);
  });

  it('reports the norm before clipping, and without any', () => {
    for (const options of [{}, { clipNorm: 1 }]) {
      expect(applyUpdate(sgd(options), { ...from, gradients: [3, -4] }).gradientNorm).toBe(5);
    }
  });

  it.each([
    sgd({ clipNorm: 1 }),
    sgd({ clipNorm: 1, momentum: 0.9, nesterov: true }),
    adam({ clipNorm: 1 }),
    adamw({ clipNorm: 1, weightDecay: 0 }),
  ])('moves nothing on a zero gradient ($name)', (optimizer) => {
    const { parameters, gradientNorm, slots } = applyUpdate(optimizer, { parameters: [2, -3], learningRate: 0.1, gradients: [0, 0] });
    expect(parameters).toEqual([2, -3]);
    expect(gradientNorm).toBe(0);
    expect(Object.values(slots).flat().every((value) => value === 0)).toBe(true);
  });

  it.each([0, -1, NaN, Infinity])('rejects a norm of %d', (clipNorm) => {
    expect(() => adam({ clipNorm })).toThrow(/clipNorm must be a positive number/);
  });
});
