import { sgd } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { applyUpdate, train } from './apply-update.js';

const quarters = { parameters: [1, -2], gradients: [0.5, 4], learningRate: 0.25 };

describe('sgd', () => {
  it('steps against the gradient', () => {
    expect(applyUpdate(sgd(), quarters).parameters).toEqual([0.875, -3]);
  });

  it('keeps nothing without a momentum', () => {
    expect(sgd().slots).toEqual([]);
  });

  it('adds the gradients up in its velocity', () => {
    // u = 1, then 0.5 + 2 = 2.5; p = 0 - 0.5 · (1 + 2.5)
    expect(train(sgd({ momentum: 0.5 }), [0], [[1], [2]], 0.5)).toEqual([-1.75]);
  });

  it('looks ahead with nesterov', () => {
    // u = 1, 2.5; steps along 1 + 0.5, then 2 + 1.25
    expect(train(sgd({ momentum: 0.5, nesterov: true }), [0], [[1], [2]], 0.5)).toEqual([-2.375]);
  });

  it('changes the whole velocity when the learning rate changes', () => {
    const { parameters } = applyUpdate(sgd({ momentum: 0.5 }), { parameters: [0], gradients: [0], slots: { velocity: [4] }, learningRate: 2 });
    expect(parameters).toEqual([-4]);
  });

  it('adds the gradient of the penalty', () => {
    expect(applyUpdate(sgd({ weightDecay: 0.5 }), quarters).parameters).toEqual([0.75, -2.75]);
  });

  it('adds the penalty after clipping', () => {
    const { parameters } = applyUpdate(sgd({ weightDecay: 1, clipNorm: 1 }), { parameters: [8], gradients: [2], learningRate: 0.5 });
    expect(parameters).toEqual([3.5]);
  });

  it.each([{ momentum: -0.1 }, { momentum: 1 }, { momentum: NaN }, { weightDecay: -1 }, { nesterov: true }])('rejects %o', (options) => {
    expect(() => sgd(options)).toThrow(RangeError);
  });
});
