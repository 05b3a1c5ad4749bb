import { adamw, decayMatrices, mul, defineOptimizer, rmsprop, sgd, sub } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './apply-update.js';

const byName = ({ name }: { readonly name: string }): number => (name === 'W' ? 0.5 : 0);
/** Of two elements, the first decays at 0.5 and the second does not. */
const step = { parameters: [8, -4], gradients: [0.25, 0.25], learningRate: 0.25, weightDecay: [0.5, 0] };

describe('weight decay by parameter', () => {
  it.each([sgd, adamw, rmsprop])('is for each element what one rate is for all (%o)', (make) => {
    const { parameters } = applyUpdate(make({ weightDecay: byName }), step);
    const [decayed] = applyUpdate(make({ weightDecay: 0.5 }), step).parameters;
    const [, kept] = applyUpdate(make({ weightDecay: 0 }), step).parameters;
    expect(parameters[0]).toBeCloseTo(decayed ?? NaN, 14);
    expect(parameters[1]).toBe(kept);
  });

  it('is there for the rule of a user', () => {
    const shrinking = defineOptimizer('shrinking', [], ({ parameters, weightDecay }) => ({ parameters: sub(parameters, mul(weightDecay, parameters)), slots: {} }), { weightDecay: byName });
    expect(applyUpdate(shrinking, step).parameters).toEqual([4, -4]);
  });

  it('may leave out all that is no matrix', () => {
    const decay = decayMatrices(0.1);
    expect(typeof decay === 'function' && [0, 1, 2, 3].map((rank) => decay({ name: 'W', rank }))).toEqual([0, 0, 0.1, 0.1]);
  });

  it('reads no vector where one rate is for all', () => {
    expect(adamw().update.inputs.has('weightDecay')).toBe(false);
    expect(adamw({ weightDecay: byName }).update.inputs.has('weightDecay')).toBe(true);
  });
});
