import { adam, adamw, decayMatrices, evaluate, rmsprop, sgd, vjp } from 'cellwright';
import type { OptimizerDefinition } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule } from './compiled-module.js';
import { forecaster } from './forecaster.js';
import { Subject } from './subject.js';

const sizes = { I: 3, H: 4, O: 2 };
const subject = new Subject(forecaster, { ...sizes, T: 5, B: 3 }, Float64Array);
const created = { sizes, batchSize: 3, maxSteps: 5 };
const learningRate = 0.05;

const plainSgd = sgd();
const plainAdam = adam();
const optimizers: readonly (readonly [string, OptimizerDefinition])[] = [
  ['sgd', plainSgd],
  ['sgd with momentum', sgd({ momentum: 0.9 })],
  ['adam with clipping', adam({ clipNorm: 0.1 })],
  ['rmsprop with clipping', rmsprop({ clipValue: 0.01, momentum: 0.5 })],
  ['adamw whose vectors do not decay', adamw({ weightDecay: decayMatrices(0.3) })],
];

describe.each(targets)('the %s module', (target) => {
  async function moduleFor(optimizer: OptimizerDefinition): Promise<{ fresh: () => AnyModule }> {
    const { create, initialize } = await compiled({ definition: forecaster, target, precision: 'float64', optimizer });
    return {
      fresh() {
        const module = create(created);
        initialize(module, 3);
        return module;
      },
    };
  }

  describe.each(optimizers)('trainStep by %s', (_, optimizer) => {
    it('is the gradient of the loss and the update of the optimizer', async () => {
      const { fresh } = await moduleFor(optimizer);
      const module = fresh();
      const gradients = vjp(subject.graph, { wrt: [...forecaster.parameters.keys()], cotangents: new Map([['loss', 'd.loss']]), gradientName: (name) => `grad.${name}` });
      const scalar = (value: number) => ({ shape: [], data: Float64Array.of(value) });
      const flat = (data: Float64Array) => ({ shape: [data.length], data });
      const size = module.parameters.length;
      const decay = new Float64Array(size);
      for (const [name, values] of Object.entries(module.params)) {
        const start = (values.byteOffset - module.parameters.byteOffset) / 8;
        const rank = forecaster.parameters.get(name)?.shape.length ?? NaN;
        decay.fill(optimizer.weightDecay?.({ name, rank }) ?? 0, start, start + values.length);
      }
      let slots = new Map(optimizer.slots.map((slot) => [`slot.${slot}`, flat(new Float64Array(size))]));
      for (let step = 1; step <= 4; step++) {
        const parameters = new Map(Object.entries(module.params).map(([name, values]) => [name, { shape: [values.length], data: Float64Array.from(values) }]));
        const derivatives = evaluate(gradients, new Map([...subject.values, ...parameters, ['d.loss', scalar(1)]]), subject.sizes);
        const together = new Float64Array(size);
        for (const [name, values] of Object.entries(module.params)) {
          together.set(derivatives.get(`grad.${name}`)?.data ?? [NaN], (values.byteOffset - module.parameters.byteOffset) / 8);
        }
        const updated = evaluate(
          optimizer.update,
          new Map([...slots, ['weightDecay', flat(decay)], ['parameters', flat(Float64Array.from(module.parameters))], ['gradients', flat(together)], ['learningRate', scalar(learningRate)], ['stepCount', scalar(step)]]),
          { P: size },
        );
        const { loss, gradientNorm } = module.trainStep(subject.batch, { learningRate, initialState: subject.initialState });
        expect(loss).toBeCloseTo(derivatives.get('loss')?.data[0] ?? NaN, 12);
        expect(gradientNorm).toBeCloseTo(updated.get('gradientNorm')?.data[0] ?? NaN, 12);
        expect(largestError(module.gradients, together)).toBeLessThan(1e-13);
        expect(largestError(module.parameters, updated.get('parameters')?.data ?? [])).toBeLessThan(1e-12);
        slots = new Map(optimizer.slots.map((slot) => [`slot.${slot}`, flat(updated.get(`slot.${slot}`)?.data ?? new Float64Array(0))]));
      }
    });

    it('goes on from a checkpoint as if it had not been interrupted', async () => {
      const { fresh } = await moduleFor(optimizer);
      const whole = fresh();
      const train = (module: AnyModule, steps: number) => Array.from({ length: steps }, () => module.trainStep(subject.batch, { learningRate }));
      const first = train(whole, 3);
      const text = JSON.stringify(whole.save());
      const rest = train(whole, 3);
      const resumed = fresh();
      resumed.load(JSON.parse(text) as ReturnType<AnyModule['save']>);
      expect(train(resumed, 3)).toEqual(rest);
      expect(resumed.parameters).toEqual(whole.parameters);
      expect(resumed.save()).toEqual(whole.save());
      // From the start, in a module that was used before.
      const { initialize } = await compiled({ definition: forecaster, target, precision: 'float64', optimizer });
      initialize(resumed, 3);
      expect(train(resumed, 3)).toEqual(first);
    });
  });

  describe('a model with a loss', () => {
    it('gives the same loss by evaluate, valueAndGradient and trainStep, and changes parameters in the last only', async () => {
      const { fresh } = await moduleFor(plainSgd);
      const module = fresh();
      const before = module.parameters.slice();
      const { loss, outputs } = module.evaluate(subject.batch);
      expect(outputs.prediction).toEqual(module.forward(subject.inputs).outputs.prediction);
      const { loss: again, gradients } = module.valueAndGradient(subject.batch);
      expect(again).toBe(loss);
      expect(module.parameters).toEqual(before);
      expect(module.trainStep(subject.batch, { learningRate }).loss).toBe(loss);
      expect(gradients).toBe(module.grads);
      // To a rounding, since a host may multiply and add at once.
      expect(largestError(module.parameters, before.map((value, k) => value - learningRate * (module.gradients[k] ?? NaN)))).toBeLessThan(1e-15);
    });

    it('adds up gradients when told to', async () => {
      const { fresh } = await moduleFor(plainSgd);
      const module = fresh();
      module.valueAndGradient(subject.batch);
      const once = module.gradients.slice();
      module.valueAndGradient(subject.batch, { accumulate: true });
      expect(largestError(module.gradients, once.map((value) => 2 * value))).toBeLessThan(1e-14);
      module.valueAndGradient(subject.batch);
      expect(module.gradients).toEqual(once);
    });

    it.each([0, -1, NaN, Infinity])('refuses the learning rate %s, and a wrong batch, without counting a step', async (rate) => {
      const { fresh } = await moduleFor(plainAdam);
      const module = fresh();
      module.trainStep(subject.batch, { learningRate });
      const before = module.save();
      expect(() => module.trainStep(subject.batch, { learningRate: rate })).toThrow(new RangeError(`learningRate must be a positive number, not ${String(rate)}`));
      expect(() => module.trainStep({ ...subject.batch, target: new Float64Array(4) }, { learningRate })).toThrow('examples.target must have 30 elements, not 4');
      expect(() => module.evaluate({ x: subject.batch.x ?? new Float64Array(0) })).toThrow(new TypeError('examples.target must be a Float64Array'));
      expect(module.save()).toEqual(before);
    });
  });

  describe('load', () => {
    it('refuses what is not a checkpoint of this definition, before anything is changed', async () => {
      const { fresh } = await moduleFor(plainAdam);
      const module = fresh();
      module.trainStep(subject.batch, { learningRate });
      const before = module.save();
      const { parameters, slots = {} } = before;
      const [name = ''] = Object.keys(parameters);
      const [slot = ''] = Object.keys(slots);
      const without = (record: Readonly<Record<string, readonly number[]>>, key: string) => Object.fromEntries(Object.entries(record).filter(([own]) => own !== key));
      const broken = (values: readonly number[] = []) => values.map((value, k) => (k === values.length - 1 ? NaN : value));
      expect(() => { module.load({ ...before, definition: '0' }); }).toThrow("this is a checkpoint of 'forecaster' with other equations, sizes or precision (0)");
      for (const checkpoint of [
        { ...before, parameters: without(parameters, name) },
        { ...before, parameters: { ...parameters, [name]: [1] } },
        { ...before, parameters: { ...parameters, [name]: broken(parameters[name]) } },
        // What JSON makes of a NaN.
        { ...before, parameters: { ...parameters, [name]: (parameters[name] ?? []).map(() => null as unknown as number) } },
        { ...before, slots: without(slots, slot) },
        { ...before, slots: { ...slots, [slot]: broken(slots[slot]) } },
        { module: before.module, definition: before.definition, parameters, stepCount: 1 },
        { ...before, stepCount: -1 },
        { ...before, stepCount: 1.5 },
      ]) {
        expect(() => { module.load(checkpoint); }).toThrow(RangeError);
        expect(module.save()).toEqual(before);
      }
    });

    it('of parameters alone starts training anew', async () => {
      const { fresh } = await moduleFor(plainAdam);
      const trained = fresh();
      for (let k = 0; k < 3; k++) trained.trainStep(subject.batch, { learningRate });
      const { module: name, definition, parameters } = trained.save();
      const other = fresh();
      other.load({ module: name, definition, parameters });
      trained.resetTraining();
      expect(other.save()).toEqual(trained.save());
      expect(other.save().stepCount).toBe(0);
      expect(other.trainStep(subject.batch, { learningRate })).toEqual(trained.trainStep(subject.batch, { learningRate }));
    });

    it('makes the parameters known to step', async () => {
      const { fresh } = await moduleFor(plainSgd);
      const module = fresh();
      const other = fresh();
      other.trainStep(subject.batch, { learningRate });
      const x = subject.inputs.x?.subarray(0, 9) ?? new Float64Array(0);
      const expected = other.step({ x }).prediction?.slice();
      expect(module.step({ x }).prediction).not.toEqual(expected);
      module.resetState();
      module.load(other.save());
      expect(module.step({ x }).prediction).toEqual(expected);
    });
  });

  describe('weight decay', () => {
    it('is refused where the rate of a parameter is no number from 0 on', async () => {
      await expect(compiled({ definition: forecaster, target, precision: 'float64', optimizer: sgd({ weightDecay: ({ rank }) => (rank > 1 ? 0.1 : -1) }) })).rejects.toThrow(/^the weightDecay of '.*' must be/);
    });

    it('stays what it is when the module is initialized again and loads a checkpoint', async () => {
      const optimizer = sgd({ weightDecay: decayMatrices(0.5) });
      const { fresh } = await moduleFor(optimizer);
      const module = fresh();
      const first = module.trainStep(subject.batch, { learningRate });
      const after = module.parameters.slice();
      const { initialize } = await compiled({ definition: forecaster, target, precision: 'float64', optimizer });
      initialize(module, 3);
      module.load(module.save());
      expect(module.trainStep(subject.batch, { learningRate })).toEqual(first);
      expect(module.parameters).toEqual(after);
    });
  });
});
