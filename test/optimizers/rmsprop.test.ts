import { rmsprop } from 'cellwright';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdate, train } from './apply-update.js';

interface Constants {
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** The loop that PyTorch documents for RMSprop, not centered, for one parameter. */
function plainLoop(start: number, gradients: readonly number[], learningRate: number, { alpha, epsilon, momentum, weightDecay }: Constants): number {
  let theta = start;
  let v = 0;
  let b = 0;
  for (const given of gradients) {
    const g = given + weightDecay * theta;
    v = alpha * v + (1 - alpha) * g * g;
    const direction = g / (Math.sqrt(v) + epsilon);
    if (momentum > 0) {
      b = momentum * b + direction;
      theta -= learningRate * b;
    } else theta -= learningRate * direction;
  }
  return theta;
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('rmsprop', () => {
  it('does what the plain loop does', () => {
    const constants = fc.record({ alpha: between(0, 0.999), epsilon: between(1e-4, 1), momentum: fc.constantFrom(0, 0.5, 0.9), weightDecay: fc.constantFrom(0, 0.1) });
    fc.assert(
      fc.property(fc.array(between(-10, 10), { minLength: 1, maxLength: 12 }), constants, (gradients, own) => {
        const [got = NaN] = train(rmsprop(own), [2], gradients.map((g) => [g]), 0.1);
        expect(got).toBeCloseTo(plainLoop(2, gradients, 0.1, own), 10);
      }),
      { numRuns: 100 },
    );
  });

  it('has the constants of PyTorch unless told', () => {
    const [got = NaN] = train(rmsprop(), [2], [[3], [-0.5]], 0.01);
    expect(got).toBeCloseTo(plainLoop(2, [3, -0.5], 0.01, { alpha: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 }), 14);
  });

  it('keeps a velocity with a momentum only', () => {
    expect(rmsprop().slots).toEqual(['meanSquare']);
    expect(rmsprop({ momentum: 0.9 }).slots).toEqual(['meanSquare', 'velocity']);
  });

  it('stays where it is on zero gradients', () => {
    expect(applyUpdate(rmsprop({ momentum: 0.9 }), { parameters: [3, -1], gradients: [0, 0], learningRate: 0.1 }).parameters).toEqual([3, -1]);
  });

  it.each([{ alpha: 1 }, { alpha: -0.1 }, { epsilon: -1 }, { momentum: 1 }, { weightDecay: -1 }])('rejects %o', (options) => {
    expect(() => rmsprop(options)).toThrow(RangeError);
  });
});
