import { add, defineCell, defineModel, dense, exp, matrixVector, meanSquaredError, parameter, sequence, sgd, slice, tanh } from 'cellwright';
import type { Expression } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from './close.js';
import { compiled, targets } from './compiled-module.js';
import { forecaster } from './forecaster.js';
import { Subject } from './subject.js';

/** The first two steps are left out; of one step that can't be. */
const shortened = defineModel('shortened', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
  outputs: { y: exp(x), late: tanh(dense('p', 'I', slice(x, 2, 'T-2'))) },
}));

/** All but as many steps as a size says. */
const delayed = defineModel('delayed', { dims: ['I', 'K'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: exp(x), late: tanh(slice(x, 'K', 'T-K')) } }));

/** The rows of a table that the steps leave. */
const remaining = defineModel('remaining', { dims: ['I', 'N'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({
  outputs: { y: tanh(exp(x)), later: tanh(slice(parameter('table', ['N', 'I']), 'T', 'N-T')) },
}));

/** The third step, whether there is one or not. */
const third = defineModel('third', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: tanh(slice(x, 2, 1)) } }));

/** What is left of one dim behind another. */
const rest = defineCell('rest', { dims: ['L', 'K'], inputs: { x: ['L'] }, states: { y: ['K'] } }, ({ x, y }) => {
  const next = tanh(add(matrixVector(parameter('W', ['K', 'L']), x), y));
  return { next: { y: next }, outputs: { y: next, tail: exp(slice(x, 'K', 'L-K')) } };
});

const warm = defineCell('warm', { dims: ['L', 'K'], inputs: { x: ['L'] }, states: { y: ['K'] } }, ({ x, y }) => {
  const next = tanh(add(matrixVector(parameter('W', ['K', 'L']), x), y));
  return { next: { y: next }, outputs: { y: next } };
});

/** The first steps warm the state up, and do not count. */
const warmed = defineModel('warmed', { dims: ['L', 'K'], inputs: { x: ['T', 'L'] }, targets: { target: ['T', 'K'] } }, ({ x, target }) => {
  const { outputs } = sequence(warm, { x });
  const late = (values: Expression<readonly ['T', 'K']>): Expression<readonly ['T-2', 'K']> => slice(values, 2, 'T-2');
  return { outputs: { y: outputs.y }, loss: meanSquaredError(late(outputs.y), late(target)) };
});
const warmedSgd = sgd();

describe.each(targets)('a size that comes out negative, in a %s module', (target) => {
  it.each([3, 1])('is refused where the steps of a call decide, before anything is changed; room for %i steps', async (maxSteps) => {
    const { create } = await compiled({ definition: shortened, target, precision: 'float64' });
    const sizes = { I: 3 };
    const module = create({ sizes, batchSize: 2, maxSteps });
    const message = 'an axis of size T-2 would be -1 with T = 1';
    const x = Float64Array.of(1, 2, 3, 4, 5, 6);
    const before = new Uint8Array(module.parameters.buffer).slice();
    expect(() => module.forward({ x })).toThrow(new RangeError(message));
    expect(() => module.forward({ x: x.subarray(3) }, { batchSize: 1 })).toThrow(new RangeError(message));
    expect('step' in module).toBe(false);
    expect(new Uint8Array(module.parameters.buffer)).toEqual(before);
    if (maxSteps === 1) return;
    for (const [T, B] of [[2, 1], [3, 2], [2, 2]] as const) {
      const subject = new Subject(shortened, { ...sizes, T, B }, Float64Array, T + B);
      expectAllClose(subject.computed(module), subject.expected(), 1e-12);
      module.forward(subject.inputs, { batchSize: B });
      expect(() => module.forward({ x })).toThrow(RangeError);
      // What the last good call has kept is still there.
      expect(module.backward(subject.cotangents).inputs['x']).toHaveLength(T * B * sizes.I);
    }
  });

  it('is refused by a step where a size of the module decides', async () => {
    const { create } = await compiled({ definition: delayed, target, precision: 'float64' });
    const x = Float64Array.of(1, 2);
    const module = create({ sizes: { I: 2, K: 3 }, maxSteps: 4 });
    expect(() => module.step({ x })).toThrow(new RangeError('an axis of size -K+T would be -2 with K = 3, T = 1'));
    expect(() => module.forward({ x })).toThrow(new RangeError('an axis of size -K+T would be -2 with K = 3, T = 1'));
    for (const K of [3, 1]) {
      const sizes = { I: 2, K };
      const subject = new Subject(delayed, { ...sizes, T: 3, B: 1 }, Float64Array);
      expectAllClose(subject.computed(create({ sizes, maxSteps: 4 })), subject.expected(), 1e-12);
    }
    const { y = [], late } = create({ sizes: { I: 2, K: 1 } }).step({ x });
    expectAllClose(new Map([['y', y]]), new Map([['y', x.map(Math.exp)]]), 1e-15);
    expect(late).toHaveLength(0);
  });

  it('is refused where steps are too many, and there is room for what fewer steps leave', async () => {
    const { create } = await compiled({ definition: remaining, target, precision: 'float64' });
    const sizes = { I: 3, N: 4 };
    const module = create({ sizes, batchSize: 2, maxSteps: 5 });
    for (const [T, B] of [[1, 1], [1, 2], [4, 2], [3, 1]] as const) {
      const subject = new Subject(remaining, { ...sizes, T, B }, Float64Array, T + B);
      expectAllClose(subject.computed(module), subject.expected(), 1e-12);
    }
    expect(() => module.forward({ x: new Float64Array(30) })).toThrow(new RangeError('an axis of size N-T would be -1 with N = 4, T = 5'));
  });

  it('is refused where it is what a slice leaves', async () => {
    const { create } = await compiled({ definition: third, target, precision: 'float64' });
    const module = create({ sizes: { I: 2 }, maxSteps: 4 });
    const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    expect(() => module.forward({ x: x.subarray(0, 4) })).toThrow(new RangeError('what a slice leaves of its axis, T-3 would be -1 with T = 2'));
    expect(module.forward({ x: x.subarray(0, 6) }).outputs['y']).toEqual(Float64Array.of(Math.tanh(4), Math.tanh(5)));
  });

  it('is refused by the creator where it knows all that decides, and when a module is built that does', async () => {
    const { create } = await compiled({ definition: rest, target, precision: 'float64' });
    expect(() => create({ sizes: { L: 2, K: 3 } })).toThrow(new RangeError('an axis of size -K+L would be -1 with K = 3, L = 2'));
    for (const L of [3, 5]) {
      const sizes = { L, K: 3 };
      const subject = new Subject(rest, { ...sizes, T: 2, B: 1 }, Float64Array);
      expectAllClose(subject.computed(create({ sizes, maxSteps: 2 })), subject.expected(), 1e-12);
    }
    const half = await compiled({ definition: rest, target, precision: 'float64', sizes: { K: 3 } });
    expect(() => half.create({ sizes: { L: 2 } })).toThrow(new RangeError('an axis of size -K+L would be -1 with L = 2'));
    await expect(compileModule({ definition: rest, target, sizes: { L: 2, K: 3 } })).rejects.toThrow(new RangeError("'rest': an axis of size -K+L would be -1 with K = 3, L = 2"));
  });

  it('is refused where the loss needs it, by calls that compute it only', async () => {
    const { create, initialize } = await compiled({ definition: warmed, target, precision: 'float64', optimizer: warmedSgd });
    const module = create({ sizes: { L: 2, K: 3 }, maxSteps: 4 });
    initialize(module, 1);
    const x = Float64Array.of(1, -1);
    const batch = { x, target: new Float64Array(3) };
    const { y = new Float64Array(0) } = module.step({ x });
    module.resetState();
    expectAllClose(new Map([['y', y]]), new Map([['y', module.forward({ x }).outputs['y'] ?? []]]), 1e-13);
    const before = module.save();
    for (const call of [() => module.evaluate(batch), () => module.valueAndGradient(batch), () => module.trainStep(batch, { learningRate: 0.1 })]) {
      expect(call).toThrow(new RangeError('an axis of size T-2 would be -1 with T = 1'));
    }
    expect(module.save()).toEqual(before);
    const longer = { x: new Float64Array(6).fill(1), target: new Float64Array(9) };
    expect(module.trainStep(longer, { learningRate: 0.1 }).loss).toBeGreaterThan(0);
  });
});

it('leaves no trace in a module in which no size can be negative', async () => {
  const { files: [{ text } = { text: '' }] } = await compileModule({ definition: forecaster });
  expect(text).not.toMatch(/would be|Math\.max\(0/);
});
