import { describe, expect, it } from 'vitest';
import { defineModel, dot, meanSquaredError, sequence } from '../../src/index.js';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { batchStage } from '../../src/program/batch-stage.js';
import type { Tensor } from '../../src/index.js';

const tensor = (shape: readonly number[], ...data: number[]): Tensor => ({ shape, data: Float64Array.from(data) });

describe('the mean squared error', () => {
  it('averages over elements, steps and examples, without a factor ½', () => {
    const model = defineModel(
      'identity',
      { dims: ['I'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'I'] } },
      ({ x, target }) => ({ outputs: { x }, loss: meanSquaredError(x, target) }),
    );
    const inputs = new Map([
      ['x', tensor([1, 3, 2], 1, 2, 3, 4, 5, 6)],
      ['target', tensor([1, 3, 2], 1, 0, 3, 1, 5, 9)],
    ]);
    const loss = evaluate(batchStage(model), inputs, { T: 1, B: 3, I: 2 }).get('loss');
    expect([...(loss?.data ?? [])]).toEqual([(4 + 9 + 9) / 6]);
  });

  it('takes one number per example, like one made of the final state', () => {
    const model = defineModel('scalar', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] }, targets: { target: [] } }, ({ x, target }) => {
      const { y } = sequence(vanillaLstm, { x }).finalState;
      return { outputs: {}, loss: meanSquaredError(dot(y, y), target) };
    });
    const zeros = new Map([...model.parameters].map(([name]) => [name, tensor([1, 1], 0)]));
    const states = new Map([...model.states].map(([name]) => [name, tensor([2, 1], 0, 0)]));
    const inputs = new Map([...zeros, ...states, ['x', tensor([1, 2, 1], 0, 0)], ['target', tensor([2], 3, 1)]] as const);
    const loss = evaluate(batchStage(model), inputs, { T: 1, B: 2, I: 1, H: 1 }).get('loss');
    expect([...(loss?.data ?? [])]).toEqual([(9 + 1) / 2]);
  });
});
