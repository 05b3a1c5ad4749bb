import { adam, adamw, decayMatrices, evaluate, rmsprop, sgd, vanillaLstm, vjp } from 'cellwright';
import type { OptimizerDefinition } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, Values } from './compiled-module.js';
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

  describe('update', () => {
    /** Two examples, and one. */
    const parts = [[0, 2], [2, 3]].map(([from = 0, to = 0]) => {
      const chosen = (values: Values, width: number) => values.filter((_, k) => {
        const row = Math.floor(k / width) % 3;
        return row >= from && row < to;
      });
      const { x = new Float64Array(0), target: wanted = new Float64Array(0) } = subject.batch;
      return { batch: { x: chosen(x, sizes.I), target: chosen(wanted, sizes.O) }, batchSize: to - from };
    });

    it.each([plainSgd, plainAdam])('from what several batches have added up is one step on all of them', async (optimizer) => {
      const { fresh } = await moduleFor(optimizer);
      const [whole, pieces] = [fresh(), fresh()];
      for (let step = 0; step < 3; step++) {
        const expected = whole.trainStep(subject.batch, { learningRate });
        // Three batches of one size, then a mean over all of them.
        const losses = [0, 1, 2].map((row) => {
          const batch = Object.fromEntries(Object.entries(subject.batch).map(([name, values]) => [name, values.filter((_, k) => Math.floor(k / (values.length / 15)) % 3 === row)]));
          return pieces.valueAndGradient(batch, { batchSize: 1, accumulate: row > 0 }).loss;
        });
        expect(losses.reduce((total, loss) => total + loss / 3, 0)).toBeCloseTo(expected.loss, 12);
        expect(pieces.update({ learningRate, scale: 1 / 3 }).gradientNorm).toBeCloseTo(expected.gradientNorm, 12);
        expect(largestError(pieces.gradients, whole.gradients)).toBeLessThan(1e-13);
      }
      expect(largestError(pieces.parameters, whole.parameters)).toBeLessThan(1e-12);
      expect(pieces.save().optimizer?.stepCount).toBe(3);
    });

    it('weighs batches of several sizes as the caller does', async () => {
      const { fresh } = await moduleFor(plainSgd);
      const [whole, pieces] = [fresh(), fresh()];
      whole.valueAndGradient(subject.batch);
      const sum = new Float64Array(pieces.gradients.length);
      for (const { batch, batchSize } of parts) {
        pieces.valueAndGradient(batch, { batchSize });
        pieces.gradients.forEach((value, k) => { sum[k] = (sum[k] ?? NaN) + value * batchSize; });
      }
      pieces.gradients.set(sum);
      pieces.update({ learningRate, scale: 1 / 3 });
      expect(largestError(pieces.gradients, whole.gradients)).toBeLessThan(1e-13);
      whole.update({ learningRate });
      expect(largestError(pieces.parameters, whole.parameters)).toBeLessThan(1e-13);
    });

    it('makes the parameters known to step', async () => {
      const { fresh } = await moduleFor(plainSgd);
      const module = fresh();
      module.valueAndGradient(subject.batch);
      module.update({ learningRate });
      const x = subject.inputs.x?.subarray(0, 9) ?? new Float64Array(0);
      const stepped = module.step({ x }).prediction?.slice() ?? [];
      expect(largestError(stepped, module.forward({ x }).outputs.prediction ?? [NaN])).toBeLessThan(1e-14);
    });

    it('takes derivatives of a loss that the module does not know', async () => {
      const optimizer = sgd();
      const { create } = await compiled({ definition: vanillaLstm, target, precision: 'float64', optimizer });
      const own = new Subject(vanillaLstm, { I: 3, H: 4, T: 5, B: 3 }, Float64Array);
      const module = create({ sizes: { I: 3, H: 4 }, batchSize: 3, maxSteps: 5 });
      own.setParameters(module);
      const before = module.parameters.slice();
      module.forward(own.inputs);
      module.backward(own.cotangents);
      const once = module.gradients.slice();
      module.forward(own.inputs);
      module.backward(own.cotangents, { accumulate: true });
      module.update({ learningRate });
      expect(largestError(module.parameters, before.map((value, k) => value - 2 * learningRate * (once[k] ?? NaN)))).toBeLessThan(1e-13);
      expect(module).not.toHaveProperty('trainStep');
      expect(() => module.update({ learningRate: NaN })).toThrow(RangeError);
    });

    it.each([
      [{ learningRate: NaN }, 'learningRate must be a positive number, not NaN'],
      [{ learningRate: 0 }, 'learningRate must be a positive number, not 0'],
      [{ learningRate: 0.1, scale: NaN }, 'scale must be a positive number, not NaN'],
      [{ learningRate: 0.1, scale: 0 }, 'scale must be a positive number, not 0'],
      [{ learningRate: 0.1, scale: Infinity }, 'scale must be a positive number, not Infinity'],
    ])('refuses %o, and changes nothing', async (options, message) => {
      const { fresh } = await moduleFor(plainAdam);
      const module = fresh();
      module.trainStep(subject.batch, { learningRate });
      const before = Buffer.from(module.parameters.buffer).toString('latin1');
      const checkpoint = module.save();
      expect(() => module.update(options)).toThrow(new RangeError(message));
      expect(Buffer.from(module.parameters.buffer).toString('latin1') === before).toBe(true);
      expect(module.save()).toEqual(checkpoint);
    });
  });

  describe('load', () => {
    it('refuses what is not a checkpoint of this definition, before anything is changed', async () => {
      const { fresh } = await moduleFor(plainAdam);
      const module = fresh();
      module.trainStep(subject.batch, { learningRate });
      const before = module.save();
      const { parameters, optimizer } = before;
      if (optimizer === undefined) throw new Error('no optimizer');
      const { slots } = optimizer;
      const [name = ''] = Object.keys(parameters);
      const [slot = ''] = Object.keys(slots);
      const without = <Values>(record: Readonly<Record<string, Values>>, key: string) => Object.fromEntries(Object.entries(record).filter(([own]) => own !== key));
      const broken = (values: readonly number[] = []) => values.map((value, k) => (k === values.length - 1 ? NaN : value));
      for (const [checkpoint, message] of [
        [{ ...before, definition: '0' }, "this is a checkpoint of 'forecaster' with other equations, sizes, precision or format (0, 1), not of 'forecaster' ("],
        [{ ...before, format: 2 }, 'O = 2, 2), not of'],
        [{ ...before, format: undefined }, 'O = 2, undefined), not of'],
        [{ ...before, definition: before.definition.replace('H = 4', 'H = 5') }, 'I = 3, H = 5, O = 2, 1), not of'],
        [{ ...before, optimizer: { ...optimizer, definition: '0' } }, "the checkpoint was trained by another optimizer, 'adam' (0); this module has 'adam'"],
      ] as const) {
        expect(() => { module.load(checkpoint as typeof before); }).toThrow(message);
        expect(module.save()).toEqual(before);
      }
      for (const checkpoint of [
        { ...before, parameters: without(parameters, name) },
        { ...before, parameters: { ...parameters, [name]: [1] } },
        { ...before, parameters: { ...parameters, [name]: broken(parameters[name]) } },
        // What JSON makes of a NaN.
        { ...before, parameters: { ...parameters, [name]: (parameters[name] ?? []).map(() => null as unknown as number) } },
        { ...before, optimizer: { ...optimizer, slots: without(slots, slot) } },
        { ...before, optimizer: { ...optimizer, slots: { ...slots, [slot]: without(slots[slot] ?? {}, name) } } },
        { ...before, optimizer: { ...optimizer, slots: { ...slots, [slot]: { ...slots[slot], [name]: broken(slots[slot]?.[name]) } } } },
        { ...before, optimizer: { ...optimizer, stepCount: -1 } },
        { ...before, optimizer: { ...optimizer, stepCount: 1.5 } },
      ]) {
        expect(() => { module.load(checkpoint); }).toThrow(RangeError);
        expect(module.save()).toEqual(before);
      }
    });

    it('of parameters alone starts training anew', async () => {
      const { fresh } = await moduleFor(plainAdam);
      const trained = fresh();
      for (let k = 0; k < 3; k++) trained.trainStep(subject.batch, { learningRate });
      const { optimizer, ...parametersAlone } = trained.save();
      expect(optimizer?.stepCount).toBe(3);
      const other = fresh();
      other.trainStep(subject.batch, { learningRate });
      other.load(parametersAlone);
      trained.resetTraining();
      expect(other.save()).toEqual(trained.save());
      expect(other.save().optimizer?.stepCount).toBe(0);
      expect(other.trainStep(subject.batch, { learningRate })).toEqual(trained.trainStep(subject.batch, { learningRate }));
    });

    it('refuses what another optimizer has left, or the same with other numbers', async () => {
      const checkpoints = await Promise.all([plainAdam, plainSgd, adam({ clipNorm: 1 }), adam({ beta1: 0.8 })].map(async (optimizer) => {
        const module = (await moduleFor(optimizer)).fresh();
        module.trainStep(subject.batch, { learningRate });
        return module.save();
      }));
      const [own, ...others] = checkpoints;
      const module = (await moduleFor(plainAdam)).fresh();
      for (const other of others) {
        const before = module.save();
        expect(() => { module.load(other); }).toThrow(/^the checkpoint was trained by another optimizer, '(sgd|adam)' \([0-9a-f]{16}\); this module has 'adam'/);
        expect(module.save()).toEqual(before);
        // Its parameters are welcome.
        const { optimizer: left, ...parametersAlone } = other;
        expect(left?.stepCount).toBe(1);
        module.load(parametersAlone);
        expect(module.save().parameters).toEqual(other.parameters);
      }
      if (own === undefined) throw new Error('no checkpoint');
      module.load(own);
      expect(module.save()).toEqual(own);
    });

    it('in a module that does not train takes the parameters of one that does', async () => {
      const trained = (await moduleFor(plainAdam)).fresh();
      trained.trainStep(subject.batch, { learningRate });
      const { create } = await compiled({ definition: forecaster, target, precision: 'float64', forwardOnly: true });
      const module = create(created);
      module.load(JSON.parse(JSON.stringify(trained.save())) as ReturnType<AnyModule['save']>);
      expect(module.forward(subject.inputs).outputs).toEqual(trained.forward(subject.inputs).outputs);
    });

    it('goes from one target to the other', async () => {
      const module = (await moduleFor(plainAdam)).fresh();
      module.trainStep(subject.batch, { learningRate });
      const { create } = await compiled({ definition: forecaster, target: target === 'wasm' ? 'typescript' : 'wasm', precision: 'float64', optimizer: plainAdam });
      const other = create(created);
      other.load(module.save());
      expect(other.save()).toEqual(module.save());
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
