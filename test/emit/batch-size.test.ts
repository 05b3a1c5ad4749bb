import { compileModule } from 'cellwright/compiler';
import { adam, add, broadcast, defineModel, dense, gruV1, layerNormLstm, meanSquaredError, mlstm, sequence, sru, vanillaLstm } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from './close.js';
import { compiled } from './compiled-module.js';
import type { AnyModule } from './compiled-module.js';
import { forecaster } from './forecaster.js';
import { Subject } from './subject.js';
import { problemsOf } from './type-check.js';

const sizes = { I: 3, H: 5 };
const steps = 4;

describe.each([1, 3])('a module with its batch fixed to %i', (batchSize) => {
  it.each([vanillaLstm, gruV1, layerNormLstm, sru, mlstm])('computes what $name computes, with its gradients', async (definition) => {
    const subject = new Subject(definition, { ...sizes, T: steps, B: batchSize }, Float64Array);
    const { create } = await compiled({ definition, precision: 'float64', batchSize });
    expectAllClose(subject.computed(create({ sizes, maxSteps: steps })), subject.expected(), 1e-12);
  });

  it('computes the same as WebAssembly', async () => {
    const subject = new Subject(vanillaLstm, { ...sizes, T: steps, B: batchSize }, Float32Array);
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', batchSize });
    expectAllClose(subject.computed(create({ sizes, maxSteps: steps })), subject.expected(), 1e-5);
  });

  it('steps as one with a free batch does', async () => {
    const subject = new Subject(vanillaLstm, { ...sizes, T: steps, B: batchSize }, Float64Array);
    const modules = await Promise.all([{ batchSize }, {}].map(async (fixed) => {
      const { create } = await compiled({ definition: vanillaLstm, precision: 'float64', ...fixed });
      const module = create({ sizes, batchSize, maxSteps: steps });
      subject.setParameters(module);
      return module;
    }));
    const { x = new Float64Array(0) } = subject.inputs;
    const row = batchSize * sizes.I;
    const found = modules.map((module) => Array.from({ length: steps }, (_, t) => Array.from(module.step({ x: x.subarray(t * row, (t + 1) * row) }).y ?? [])).flat());
    expect(found[0]).toHaveLength(steps * batchSize * sizes.H);
    expectAllClose(new Map([['y', found[0] ?? []]]), new Map([['y', found[1] ?? []]]), 1e-13);
  });
});

describe('a batch that was fixed', () => {
  const fixed = async (): Promise<(options: { batchSize?: number }) => AnyModule> => {
    const { create } = await compiled({ definition: vanillaLstm, precision: 'float64', batchSize: 2 });
    return (options) => create({ sizes, maxSteps: steps, ...options });
  };
  const x = new Float64Array(steps * 2 * sizes.I);

  it('may be given to the creator and to forward, if it is the same', async () => {
    const create = await fixed();
    expect(create({}).batchSize).toBe(2);
    expect(create({ batchSize: 2 }).forward({ x }, { batchSize: 2 }).outputs.y).toHaveLength(steps * 2 * sizes.H);
    expect(() => create({ batchSize: 3 })).toThrow("batchSize was fixed to 2 when the module was built; it can't be 3");
    expect(() => create({}).forward({ x }, { batchSize: 1 })).toThrow('batchSize must be 2, to which it was fixed when the module was built, not 1');
  });

  it('is that of a step', async () => {
    const module = (await fixed())({});
    expect(module.step({ x: x.subarray(0, 2 * sizes.I) }).y).toHaveLength(2 * sizes.H);
    expect(() => module.step({ x: x.subarray(0, sizes.I) })).toThrow('inputs.x must have 6 elements, not 3');
  });

  it('is a positive integer', async () => {
    await expect(compileModule({ definition: vanillaLstm, batchSize: 0 })).rejects.toThrow('batchSize is 0; a batch is a positive integer');
    await expect(compileModule({ definition: vanillaLstm, batchSize: 1.5 })).rejects.toThrow('batchSize is 1.5');
  });

  it('is said in the module, which type-checks', async () => {
    const { source } = await compiled({ definition: forecaster, batchSize: 1 });
    expect(source).toMatch(/^\/\/ float32, exact maths, batch = 1\./m);
    expect(source).toContain('/** The batch: 1, fixed when the module was built. */');
    expect(problemsOf(new Map([['module.ts', source]]))).toEqual([]);
  });
});

describe('a model with an input that is no sequence', () => {
  const biased = defineModel('biased', { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'], offset: ['O'] }, targets: { target: ['T', 'O'] } }, ({ x, offset, target }) => {
    const prediction = add(dense('dense', 'O', sequence(vanillaLstm, { x }).outputs.y), broadcast(offset, ['T', 'O']));
    return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
  });
  const optimizer = adam();
  const own = { ...sizes, O: 2 };

  it('learns the same, and goes on from a checkpoint of a module with a free batch', async () => {
    const [single, free] = await Promise.all([{ batchSize: 1 }, {}].map(async (fixed) => {
      const module = await compiled({ definition: biased, optimizer, precision: 'float64', ...fixed });
      const created = module.create({ sizes: own, batchSize: 1, maxSteps: steps });
      module.initialize(created, 1);
      return created;
    }));
    const { batch } = new Subject(biased, { ...own, T: steps, B: 1 }, Float64Array);
    if (single === undefined || free === undefined) throw new Error('a module is missing');
    const learn = (module: AnyModule): number => module.trainStep(batch, { learningRate: 0.1 }).loss;
    for (let k = 0; k < 3; k++) expect(learn(single)).toBeCloseTo(learn(free), 12);
    single.resetTraining();
    single.load(free.save());
    for (let k = 0; k < 3; k++) expect(learn(single)).toBeCloseTo(learn(free), 12);
  });
});
