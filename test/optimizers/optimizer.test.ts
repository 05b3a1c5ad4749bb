import { adam, add, DeclarationError, defineOptimizer, sgd, sign, sub } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './apply-update.js';

describe('defineOptimizer', () => {
  it('gives every optimizer one signature', () => {
    const { update } = adam({ clipNorm: 1 });
    const slots = ['slot.firstMoment', 'slot.secondMoment'];
    expect([...update.inputs.keys()].sort()).toEqual(['gradients', 'learningRate', 'parameters', ...slots, 'stepCount']);
    expect([...update.outputs.keys()].sort()).toEqual(['gradientNorm', 'parameters', ...slots]);
    expect([...sgd().update.inputs.keys()].sort()).toEqual(['gradients', 'learningRate', 'parameters', 'stepCount']);
  });

  it('takes a rule of the user, with slots of its own', () => {
    const counting = defineOptimizer('counting', ['seen'], ({ parameters, gradients, slots }) => ({
      parameters: sub(parameters, sign(gradients)),
      slots: { seen: add(slots.seen, 1) },
    }));
    const { parameters, slots } = applyUpdate(counting, { parameters: [5, 5], gradients: [0.1, -30], learningRate: 1 });
    expect(parameters).toEqual([4, 6]);
    expect(slots).toEqual({ seen: [1, 1] });
  });

  it('rejects a name that is no identifier', () => {
    expect(() => defineOptimizer('no name', [], ({ parameters }) => ({ parameters, slots: {} }))).toThrow(DeclarationError);
  });
});
