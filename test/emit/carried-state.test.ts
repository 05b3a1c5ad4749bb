import { adam, add, bidirectional, defineCell, defineModel, dense, gruV1, meanSquaredError, npLstm, relu, sequence, stack } from 'cellwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../support/random.js';
import { largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, CompiledModule, Named, Values } from './compiled-module.js';
import { problemsOf } from './type-check.js';

const sizes = { I: 3, H: 4, O: 2 };
const batchSize = 3;
const steps = 6;
const created = { sizes, batchSize, maxSteps: steps };
const optimizer = { zero: adam(), learned: adam() };

/** Two layers of different cells, whose states start as told. */
const modelOf = (initialState: 'zero' | 'learned') =>
  defineModel(initialState, { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'O'] } }, ({ x, target }) => {
    const prediction = dense('head', 'O', stack([npLstm, gruV1], x, { initialState }));
    return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
  });
const models = { zero: modelOf('zero'), learned: modelOf('learned') };
const states = ['L0.y', 'L0.c', 'L1.y'];

const random = new Random(4);
const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.uniform(-1, 1));
const batch = { x: draw(steps * batchSize * sizes.I), target: draw(steps * batchSize * sizes.O) };
/** Steps `from` to `to`. */
const part = (values: Named, from: number, to: number): Record<string, Values> =>
  Object.fromEntries(Object.entries(values).map(([name, own]) => [name, own.slice((own.length / steps) * from, (own.length / steps) * to)]));
const copies = (values: Named): Record<string, Values> => Object.fromEntries(Object.entries(values).map(([name, own]) => [name, own.slice()]));
const valuesOf = (values: Named, name: string): Values => values[name] ?? new Float64Array(0);

describe.each(targets)('the %s module', (target) => {
  let modules: Readonly<Record<keyof typeof models, CompiledModule>>;
  beforeAll(async () => {
    const [zero, learned] = await Promise.all((['zero', 'learned'] as const).map((start) => compiled({ definition: models[start], target, precision: 'float64', optimizer: optimizer[start], lengths: true })));
    if (zero === undefined || learned === undefined) throw new Error('a module is missing');
    modules = { zero, learned };
  });

  function fresh(start: keyof typeof models): AnyModule {
    const module = modules[start].create(created);
    modules[start].initialize(module, 3);
    // What is learned is zero at first.
    const start0 = new Random(9);
    for (const name of states) module.params[`${name}0`]?.forEach((_, k, own) => { own[k] = start0.uniform(-1, 1); });
    module.packParameters();
    return module;
  }

  /** Where the rows of a state start when nothing is given. */
  const startOf = (module: AnyModule, name: string): readonly number[] => Array.from(module.params[`${name}0`] ?? new Float64Array(sizes.H));

  describe.each(['zero', 'learned'] as const)('of a model that starts from a %s state', (start) => {
    it('computes with a carried state in two halves what it computes of the whole', () => {
      const module = fresh(start);
      const whole = module.forward(batch);
      const [outputs, finalState] = [copies(whole.outputs), copies(whole.finalState)];
      const first = copies(module.forward(part(batch, 0, 2), { carry: true }).outputs);
      const second = module.forward(part(batch, 2, steps), { carry: true });
      const joined = [...valuesOf(first, 'prediction'), ...valuesOf(second.outputs, 'prediction')];
      expect(largestError(joined, valuesOf(outputs, 'prediction'))).toBeLessThan(1e-13);
      for (const name of states) {
        expect(largestError(valuesOf(second.finalState, name), valuesOf(finalState, name)), name).toBeLessThan(1e-13);
        expect(valuesOf(module.state, name)).toEqual(valuesOf(second.finalState, name));
      }
      // Without it a call starts anew, and leaves the state alone.
      const kept = copies(module.state);
      expect(copies(module.forward(batch).outputs)).toEqual(outputs);
      expect(copies(module.state)).toEqual(kept);
    });

    it('takes steps and calls with carry in turn', () => {
      const module = fresh(start);
      const whole = valuesOf(copies(module.forward(batch).outputs), 'prediction');
      const found = [
        ...valuesOf(module.step(part({ x: batch.x }, 0, 1)), 'prediction'),
        ...valuesOf(module.evaluate(part(batch, 1, 4), { carry: true }).outputs, 'prediction'),
        ...valuesOf(module.step(part({ x: batch.x }, 4, 5)), 'prediction'),
        ...valuesOf(module.forward(part(batch, 5, 6), { carry: true }).outputs, 'prediction'),
      ];
      expect(largestError(found, whole)).toBeLessThan(1e-13);
    });

    it('trains from a carried state as from the same state given', () => {
      const [carrying, given] = [fresh(start), fresh(start)];
      let initialState: Named | undefined;
      for (const [from, to] of [[0, 2], [2, 4], [4, 6]] as const) {
        const own = part(batch, from, to);
        const expected = given.trainStep(own, { learningRate: 0.1, initialState });
        expect(carrying.trainStep(own, { learningRate: 0.1, carry: true })).toEqual(expected);
        // A training step has no outputs: the state after it is that before the update.
        initialState = copies(carrying.state);
      }
      expect(carrying.parameters).toEqual(given.parameters);
    });

    it('starts the rows anew that were reset, and no others', () => {
      const module = fresh(start);
      module.forward(part(batch, 0, 2), { carry: true });
      const kept = copies(module.state);
      module.resetState([1]);
      const initialState = Object.fromEntries(states.map((name) => {
        const own = valuesOf(kept, name).slice();
        own.set(startOf(module, name), sizes.H);
        return [name, own];
      }));
      const expected = copies(fresh(start).forward(part(batch, 2, 5), { initialState }).outputs);
      expect(copies(module.forward(part(batch, 2, 5), { carry: true }).outputs)).toEqual(expected);
      // The same by steps.
      for (const name of states) module.state[name]?.set(valuesOf(kept, name));
      module.resetState([1]);
      const stepped = valuesOf(module.step(part({ x: batch.x }, 2, 3)), 'prediction');
      expect(largestError(stepped, valuesOf(expected, 'prediction').subarray(0, batchSize * sizes.O))).toBeLessThan(1e-13);
      module.resetState();
      const anew = copies(fresh(start).forward(batch).outputs);
      expect(copies(module.forward(batch, { carry: true }).outputs)).toEqual(anew);
    });

    it('prefers a state that is given, and one that was written by hand', () => {
      const module = fresh(start);
      const initialState = Object.fromEntries(states.map((name) => [name, draw(batchSize * sizes.H)]));
      const expected = copies(module.forward(batch, { initialState }).outputs);
      expect(copies(module.forward(batch, { initialState, carry: true }).outputs)).toEqual(expected);
      module.resetState();
      for (const name of states) module.state[name]?.set(valuesOf(initialState, name));
      expect(copies(module.forward(batch, { carry: true }).outputs)).toEqual(expected);
      // Of some states only: the others go on, or start.
      const { 'L1.y': top = new Float64Array(0) } = initialState;
      const partly = copies(module.forward(batch, { initialState: { ...Object.fromEntries(states.map((name) => [name, Float64Array.from(Array.from({ length: batchSize }, () => startOf(module, name)).flat())])), 'L1.y': top } }).outputs);
      module.resetState();
      expect(copies(module.forward(batch, { initialState: { 'L1.y': top }, carry: true }).outputs)).toEqual(partly);
    });

    it('carries the state at the end of each sequence, whatever its length', () => {
      const module = fresh(start);
      const lengths = [[3, 1, 0], [2, 0, 3]] as const;
      for (const [k, own] of lengths.entries()) module.forward(part(batch, 3 * k, 3 * k + 3), { lengths: own, carry: true });
      const found = copies(module.state);
      // Each row alone, on the steps that it has.
      for (let row = 0; row < batchSize; row++) {
        const x = [0, 1].flatMap((k) => Array.from({ length: lengths[k]?.[row] ?? 0 }, (_, t) => 3 * k + t)).flatMap((t) => Array.from(batch.x.subarray((t * batchSize + row) * sizes.I, (t * batchSize + row + 1) * sizes.I)));
        const { finalState } = fresh(start).forward({ x: Float64Array.from(x) }, { batchSize: 1 });
        for (const name of states) expect(largestError(valuesOf(found, name).subarray(row * sizes.H, (row + 1) * sizes.H), valuesOf(finalState, name)), `${name} of row ${String(row)}`).toBeLessThan(1e-13);
      }
    });

    it('uses the first rows for a smaller batch, and keeps the others', () => {
      const module = fresh(start);
      module.forward(batch, { carry: true });
      const before = copies(module.state);
      module.forward({ x: draw(2 * sizes.I) }, { batchSize: 1, carry: true });
      for (const name of states) {
        expect(valuesOf(module.state, name).subarray(sizes.H)).toEqual(valuesOf(before, name).subarray(sizes.H));
        expect(valuesOf(module.state, name).subarray(0, sizes.H)).not.toEqual(valuesOf(before, name).subarray(0, sizes.H));
      }
    });

    it.each([[[3]], [[0, -1]], [[0.5]], [[NaN]]])('refuses to reset the rows %j, without resetting any', (rows) => {
      const module = fresh(start);
      module.forward(batch, { carry: true });
      const before = copies(module.state);
      expect(() => { module.resetState(rows); }).toThrow(new RangeError(`a row must be an integer from 0 to 2, not ${String(rows.at(-1))}`));
      expect(copies(module.state)).toEqual(before);
    });

    it('goes on from a checkpoint with its state to the bit', () => {
      const module = fresh(start);
      const train = (own: AnyModule, from: number) => own.trainStep(part(batch, from, from + 2), { learningRate: 0.05, carry: true });
      train(module, 0);
      module.resetState([2]);
      const text = JSON.stringify(module.save({ state: true }));
      const resumed = fresh(start);
      resumed.load(JSON.parse(text) as ReturnType<AnyModule['save']>);
      for (const from of [2, 4]) expect(train(resumed, from)).toEqual(train(module, from));
      expect(resumed.save({ state: true })).toEqual(module.save({ state: true }));
      expect(module.save().state).toBeUndefined();
    });

    it('refuses a checkpoint with the state of another batch, and changes nothing', () => {
      const module = fresh(start);
      module.forward(batch, { carry: true });
      const before = Buffer.from(module.parameters.buffer).toString('latin1');
      const checkpoint = modules[start].create({ ...created, batchSize: 2 }).save({ state: true });
      expect(() => { module.load(checkpoint); }).toThrow(new RangeError("the checkpoint needs 12 finite numbers for the state, 'L0.y'"));
      expect(Buffer.from(module.parameters.buffer).toString('latin1') === before).toBe(true);
    });
  });

  it('learns a start from the sequences that start there, and from no others', () => {
    const module = fresh('learned');
    module.forward(part(batch, 0, 2), { carry: true });
    module.resetState([0, 2]);
    const checkpoint = module.save({ state: true });
    const own = part(batch, 2, 5);
    module.valueAndGradient(own, { carry: true });
    const gradients = copies(module.grads);
    const lossAt = (name: string, k: number, change: number): number => {
      module.load(checkpoint);
      const values = module.params[name] ?? new Float64Array(0);
      values[k] = (values[k] ?? NaN) + change;
      return module.evaluate(own, { carry: true }).loss;
    };
    for (const name of states.map((state) => `${state}0`)) {
      for (let k = 0; k < sizes.H; k++) {
        const difference = (lossAt(name, k, 1e-5) - lossAt(name, k, -1e-5)) / 2e-5;
        expect(Math.abs(difference)).toBeGreaterThan(1e-6);
        expect(valuesOf(gradients, name)[k]).toBeCloseTo(difference, 8);
      }
    }
    module.load(checkpoint);
    module.forward(own, { carry: true });
    module.valueAndGradient(own, { carry: true });
    for (const name of states) expect(module.grads[`${name}0`]?.every((value) => value === 0)).toBe(true);
  });
});

describe.each(targets)('a state of exactly zero in the %s module', (target) => {
  const cell = defineCell('rectified', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const next = relu(add(y, x));
    return { next: { y: next }, outputs: { y: next } };
  });
  const definition = defineModel('rectifiers', { dims: ['H'], inputs: { x: ['T', 'H'] } }, ({ x }) => ({ outputs: sequence(cell, { x }, { initialState: 'learned' }).outputs }));

  it('is no start: it is carried, by steps too, and through a checkpoint', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const module = create({ sizes: { H: 2 }, batchSize: 2 });
    module.params['y0']?.set([3, 4]);
    module.packParameters();
    const run = (own: AnyModule, x: number): Values => own.forward({ x: new Float64Array(4).fill(x) }, { carry: true }).outputs['y']?.slice() ?? new Float64Array(0);
    expect(run(module, 0)).toEqual(Float64Array.of(3, 4, 3, 4));
    expect(run(module, -9)).toEqual(Float64Array.of(0, 0, 0, 0));
    expect(run(module, 0)).toEqual(Float64Array.of(0, 0, 0, 0));
    module.resetState([1]);
    const checkpoint = module.save({ state: true });
    expect(module.step({ x: new Float64Array(4) })['y']).toEqual(Float64Array.of(0, 0, 3, 4));
    expect(module.step({ x: new Float64Array(4).fill(-9) })['y']).toEqual(new Float64Array(4));
    expect(module.step({ x: new Float64Array(4) })['y']).toEqual(new Float64Array(4));
    const resumed = create({ sizes: { H: 2 }, batchSize: 2 });
    resumed.load(checkpoint);
    expect(run(resumed, 0)).toEqual(Float64Array.of(0, 0, 3, 4));
  });
});

it('a model in both directions learns where each of them starts, and carries nothing; all pass a strict type check', async () => {
  const both = defineModel('both', { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'O'] } }, ({ x, target }) => {
    const y = dense('head', 'O', bidirectional(gruV1, x, { initialState: 'learned' }));
    return { outputs: { y }, loss: meanSquaredError(y, target) };
  });
  const { create, initialize, source } = await compiled({ definition: both, precision: 'float64' });
  const others = await Promise.all([
    compiled({ definition: models.learned, optimizer: optimizer.learned, lengths: true, target: 'wasm', precision: 'float64' }),
    compiled({ definition: gruV1, forwardOnly: true, batchSize: 1 }),
  ]);
  expect(problemsOf(new Map([source, ...others.map((other) => other.source)].map((text, k) => [`module-${String(k)}.ts`, text])))).toEqual([]);
  expect(source).not.toContain('carry');
  const module = create({ sizes, batchSize: 2, maxSteps: 3 });
  initialize(module, 1);
  const examples = { x: draw(18), target: draw(12) };
  module.valueAndGradient(examples);
  expect(module.grads['bwd.y0']?.some((value) => value !== 0)).toBe(true);
  module.valueAndGradient(examples, { initialState: { 'fwd.y': draw(8), 'bwd.y': draw(8) } });
  expect(module.grads['bwd.y0']?.every((value) => value === 0)).toBe(true);
});

it('a start that is neither is refused', () => {
  expect(() => defineModel('wrong', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: sequence(gruV1, { x }, { initialState: 'ones' as 'zero' }).outputs }))).toThrow(
    "initialState is 'zero' or 'learned', not 'ones'",
  );
});
