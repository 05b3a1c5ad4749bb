import { adam } from 'cellwright';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdate, train } from './apply-update.js';

/** Algorithm 1 of Kingma & Ba for one parameter, as printed there. */
function algorithm1(start: number, gradients: readonly number[], learningRate: number, [beta1, beta2, epsilon]: readonly [number, number, number]) {
  let theta = start;
  let m = 0;
  let v = 0;
  for (const [k, g] of gradients.entries()) {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mHat = m / (1 - beta1 ** (k + 1));
    const vHat = v / (1 - beta2 ** (k + 1));
    theta -= (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
  }
  return theta;
}

describe('adam', () => {
  it('first steps by the learning rate, whatever the size of the gradient', () => {
    const { parameters } = applyUpdate(adam({ epsilon: 0 }), { parameters: [1, 1, 1], gradients: [1e-3, -7, 400], learningRate: 0.125 });
    for (const [k, expected] of [0.875, 1.125, 0.875].entries()) expect(parameters[k]).toBeCloseTo(expected, 12);
  });

  it('follows algorithm 1', () => {
    const gradient = fc.double({ min: -10, max: 10, noNaN: true });
    const beta = fc.double({ min: 0, max: 0.9999, noNaN: true });
    fc.assert(
      fc.property(fc.array(gradient, { minLength: 1, maxLength: 12 }), beta, beta, (gradients, beta1, beta2) => {
        const got = train(adam({ beta1, beta2, epsilon: 1e-3 }), [2], gradients.map((g) => [g]), 0.1);
        expect(got[0]).toBeCloseTo(algorithm1(2, gradients, 0.1, [beta1, beta2, 1e-3]), 9);
      }),
      { numRuns: 50 },
    );
  });

  it('stays where it is on zero gradients', () => {
    expect(train(adam(), [3, -1], [[0, 0], [0, 0]], 0.1)).toEqual([3, -1]);
  });

  it('takes the gradients of all parameters apart', () => {
    const together = train(adam(), [1, 2], [[1, -4], [2, 0.5]], 0.1);
    expect(together).toEqual([...train(adam(), [1], [[1], [2]], 0.1), ...train(adam(), [2], [[-4], [0.5]], 0.1)]);
  });

  it.each([{ beta1: 1 }, { beta1: -0.5 }, { beta2: 1.5 }, { beta2: NaN }, { epsilon: -1e-8 }])('rejects %o', (options) => {
    expect(() => adam(options)).toThrow(RangeError);
  });
});
