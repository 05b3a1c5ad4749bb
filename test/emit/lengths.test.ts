import { add, adam, concat, convLstm1d, defineCell, defineModel, dense, DeclarationError, embedding, gruV1, log, matrixVector, mlstm, mul, parameter, reciprocal, sequence, sgd, slice, slstm, softmaxCrossEntropy, tanh, vanillaLstm } from 'cellwright';
import type { CellDefinition, Expression } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { rubbish } from '../support/short-sequence.js';
import { Random } from '../support/random.js';
import { expectAllClose, largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, Named, Target, Values } from './compiled-module.js';
import { prefixed, Subject } from './subject.js';
import { problemsOf } from './type-check.js';

const every = { I: 3, H: 5, Cin: 2, C: 3, L: 4, K: 3, D: 4, N: 5 };
const steps = 6;
const lengths = [6, 0, 3, 1];
const batchSize = lengths.length;

/** The first steps of one example of a sequence. */
function exampleOf<Own extends Values>(values: Own, b: number, rows: number, count = rows): Own {
  const width = values.length / rows / batchSize;
  const own = Array.from({ length: count }, (_, t) => Array.from({ length: width }, (__, k) => values[(t * batchSize + b) * width + k] ?? NaN)).flat();
  return (values instanceof Float32Array ? Float32Array.from(own) : Float64Array.from(own)) as Own;
}

const examples = (values: Named, b: number, rows: number, count = rows): Record<string, Values> =>
  Object.fromEntries(Object.entries(values).map(([name, own]) => [name, exampleOf(own, b, rows, count)]));

/** The same sequences with something else behind their ends. */
function padded(values: Named, seed: number): Record<string, Values> {
  return Object.fromEntries(Object.entries(values).map(([name, own]) => {
    const width = own.length / steps / batchSize;
    const behind = (k: number): boolean => Math.floor(k / width / batchSize) >= (lengths[Math.floor(k / width) % batchSize] ?? 0);
    return [name, own.map((value, k) => (behind(k) ? (rubbish[(k + seed) % rubbish.length] ?? NaN) : value))];
  }));
}

/** Whether all that belongs to steps behind the ends is zero. */
function isZeroBehind(values: Values): boolean {
  const width = values.length / steps / batchSize;
  return values.every((value, k) => Math.floor(k / width / batchSize) < (lengths[Math.floor(k / width) % batchSize] ?? 0) || value === 0);
}

/** In the other target cells whose loops differ most. */
const subjects: readonly { readonly name: string; readonly definition: CellDefinition; readonly target: Target }[] = [
  ...[vanillaLstm, gruV1, slstm, mlstm, convLstm1d].map((definition) => ({ name: definition.name, definition, target: 'typescript' as const })),
  ...[vanillaLstm, mlstm].map((definition) => ({ name: definition.name, definition, target: 'wasm' as const })),
];

describe.each(subjects)('the $target module of $name with lengths', ({ definition, target }) => {
  const sizes = Object.fromEntries(definition.dims.map((dim) => [dim, every[dim as keyof typeof every]]));
  const created = { sizes, batchSize, maxSteps: steps };
  const subject = new Subject(definition, { ...sizes, T: steps, B: batchSize }, Float64Array);

  async function modules(): Promise<{ masked: AnyModule; plain: AnyModule }> {
    const masked = await compiled({ definition, target, precision: 'float64', lengths: true });
    const plain = await compiled({ definition, target, precision: 'float64' });
    const both = { masked: masked.create(created), plain: plain.create(created) };
    subject.setParameters(both.masked);
    subject.setParameters(both.plain);
    return both;
  }

  /** Outputs, final states and gradients. */
  function run(module: AnyModule, seed: number, own: Int32Array | readonly number[] | undefined): Map<string, Values> {
    const { outputs, finalState } = module.forward(padded(subject.inputs, seed), { initialState: subject.initialState, lengths: own });
    const forward = [...prefixed('out.', outputs), ...prefixed('final.', finalState)];
    const { params, inputs, initialState } = module.backward(padded(subject.cotangents, seed + 1), { dFinalState: subject.dFinalState });
    return new Map([...forward, ...prefixed('params.', params), ...prefixed('inputs.', inputs), ...prefixed('initialState.', initialState)]);
  }

  it('computes for each sequence what a module without them computes for it alone', async () => {
    const { masked, plain } = await modules();
    const together = run(masked, 0, lengths);
    const sums = new Map(Object.entries(plain.params).map(([name, { length }]) => [`params.${name}`, new Float64Array(length)]));
    for (const [b, length] of lengths.entries()) {
      const [initialState, dFinalState] = [examples(subject.initialState, b, 1), examples(subject.dFinalState, b, 1)];
      const expected = new Map<string, Values>();
      if (length === 0) {
        for (const [name, own] of prefixed('final.', initialState)) expected.set(name, own);
        for (const [name, own] of prefixed('initialState.', dFinalState)) expected.set(name, own);
      } else {
        const { outputs, finalState } = plain.forward(examples(subject.inputs, b, steps, length), { initialState, batchSize: 1 });
        for (const [name, own] of [...prefixed('out.', outputs), ...prefixed('final.', finalState)]) expected.set(name, own);
        const gradients = plain.backward(examples(subject.cotangents, b, steps, length), { dFinalState });
        for (const [name, own] of [...prefixed('inputs.', gradients.inputs), ...prefixed('initialState.', gradients.initialState)]) expected.set(name, own);
        for (const [name, own] of prefixed('params.', gradients.params)) sums.get(name)?.forEach((sum, k, all) => { all[k] = sum + (own[k] ?? NaN); });
      }
      for (const [name, own] of expected) {
        const whole = together.get(name) ?? new Float64Array(0);
        const found = /^(out|inputs)\./.test(name) ? exampleOf(whole, b, steps, length) : exampleOf(whole, b, 1);
        expect(largestError(found, own), `${name} of the sequence of ${String(length)} steps`).toBeLessThanOrEqual(1e-12);
      }
    }
    expectAllClose(new Map([...together].filter(([name]) => sums.has(name))), sums, 1e-12);
    for (const [name, own] of together) if (/^(out|inputs)\./.test(name)) expect(isZeroBehind(own), name).toBe(true);
  });

  it('gives the same bits whatever stands behind the ends', async () => {
    const { masked } = await modules();
    const first = run(masked, 0, lengths);
    expect([...first.values()].every((own) => own.every(Number.isFinite))).toBe(true);
    for (const seed of [1, 2]) expect(run(masked, seed, Int32Array.from(lengths))).toEqual(first);
  });

  it('computes the whole where lengths are left out', async () => {
    const { masked, plain } = await modules();
    expectAllClose(subject.computed(masked), subject.computed(plain), 1e-13);
    run(masked, 0, lengths);
    expectAllClose(subject.computed(masked), subject.computed(plain), 1e-13);
  });

  it('steps as a module without them', async () => {
    const { masked, plain } = await modules();
    const x = Object.fromEntries(Object.entries(subject.inputs).map(([name, own]) => [name, own.subarray(0, own.length / steps)]));
    run(masked, 0, lengths);
    for (let t = 0; t < 2; t++) expect(masked.step(x)).toEqual(plain.step(x));
  });
});

/** Tokens, both directions, a layer with a bias in between, and another loop behind it. */
const tagger = defineModel(
  'tagger',
  { dims: ['V', 'I', 'H', 'O'], inputs: { tokens: { shape: ['T'], dtype: 'index' } }, targets: { target: { shape: ['T'], dtype: 'index' } } },
  ({ tokens, target }) => {
    const x = embedding('words', tokens, { vocabulary: 'V', width: 'I' });
    const forwards = sequence(gruV1, { x }, { name: 'forwards' }).outputs.y;
    const backwards = sequence(gruV1, { x }, { name: 'backwards', reverse: true }).outputs.y;
    const both: Expression<readonly ['T', 'H']> = tanh(dense('middle', 'H', concat([forwards, backwards], -1)));
    const logits = dense('head', 'O', sequence(gruV1, { x: both }, { name: 'top', dims: { I: 'H' } }).outputs.y);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target) };
  },
);

describe.each(targets)('the %s module of a model with a loss, and loops in both directions', (target) => {
  const sizes = { V: 7, I: 3, H: 4, O: 5 };
  const random = new Random(3);
  const indices = (count: number): Float64Array => Float64Array.from({ length: steps * batchSize }, () => random.integer(0, count - 1));
  const batch = { tokens: indices(sizes.V), target: indices(sizes.O) };

  async function fresh(optimizer = plainSgd): Promise<AnyModule> {
    const { create, initialize } = await compiled({ definition: tagger, target, precision: 'float64', optimizer, lengths: true });
    const module = create({ sizes, batchSize, maxSteps: steps });
    initialize(module, 5);
    return module;
  }
  const plainSgd = sgd();
  const plainAdam = adam({ clipNorm: 1 });

  it('averages the loss, and its gradient, over the steps that there are', async () => {
    const module = await fresh();
    const { loss } = module.valueAndGradient(padded(batch, 0), { lengths });
    const gradients = module.gradients.slice();
    const { loss: evaluated, outputs } = module.evaluate(padded(batch, 1), { lengths });
    expect(evaluated).toBe(loss);
    expect(isZeroBehind(outputs['logits'] ?? new Float64Array([NaN]))).toBe(true);
    const count = lengths.reduce((total, length) => total + length);
    const { create } = await compiled({ definition: tagger, target, precision: 'float64' });
    const plain = create({ sizes, maxSteps: steps });
    plain.parameters.set(module.parameters);
    const weighted = new Float64Array(gradients.length);
    let total = 0;
    for (const [b, length] of lengths.entries()) {
      if (length === 0) continue;
      const { loss: own } = plain.valueAndGradient(examples(batch, b, steps, length));
      total += (own * length) / count;
      plain.gradients.forEach((value, k) => { weighted[k] = (weighted[k] ?? NaN) + (value * length) / count; });
    }
    expect(largestError([loss], [total])).toBeLessThanOrEqual(1e-13);
    expect(largestError(gradients, weighted)).toBeLessThanOrEqual(1e-13);
  });

  it('trains on the steps that there are: the same bits whatever stands behind them', async () => {
    const [one, other] = [await fresh(plainAdam), await fresh(plainAdam)];
    for (let k = 0; k < 3; k++) {
      const first = one.trainStep(padded(batch, 0), { lengths, learningRate: 0.1 });
      expect(other.trainStep(padded(batch, 2), { lengths, learningRate: 0.1 })).toEqual(first);
    }
    expect(other.parameters).toEqual(one.parameters);
  });

  it('has a loss and gradients of zero for sequences of no steps', async () => {
    for (const optimizer of [plainSgd, plainAdam]) {
      const module = await fresh(optimizer);
      const before = module.parameters.slice();
      const nothing = { lengths: [0, 0, 0, 0] };
      const all = { tokens: batch.tokens.map(() => NaN), target: batch.target.map(() => -100) };
      expect(module.valueAndGradient(all, nothing).loss).toBe(0);
      expect(module.gradients.every((value) => value === 0)).toBe(true);
      expect(module.trainStep(all, { ...nothing, learningRate: 0.1 })).toEqual({ loss: 0, gradientNorm: 0 });
      expect(module.parameters).toEqual(before);
    }
  });

  it('refuses indices outside of their tables before the end of a sequence only', async () => {
    const module = await fresh();
    const before = module.save();
    for (const bad of [-1, 7, 0.5, NaN, Infinity]) {
      for (const [t, b] of [[5, 0], [0, 3], [2, 2]] as const) {
        const tokens = Float64Array.from(padded(batch, 0)['tokens'] ?? []);
        tokens[t * batchSize + b] = bad;
        expect(() => module.trainStep({ ...batch, tokens }, { lengths, learningRate: 0.1 })).toThrow(new RangeError(`examples.tokens must have integers from 0 to 6, not ${String(bad)}`));
        expect(() => module.forward({ tokens })).toThrow(RangeError);
      }
    }
    expect(module.save()).toEqual(before);
  });
});

describe('lengths that are refused', () => {
  const sizes = { I: 3, H: 5 };
  const subject = new Subject(gruV1, { ...sizes, T: steps, B: batchSize }, Float64Array);
  const mistakes: readonly (readonly [string, unknown, new (...values: never[]) => Error, string])[] = [
    ['too few', [6, 3, 1], RangeError, 'lengths must have 4 elements, one for each sequence, not 3'],
    ['too many', Int32Array.of(6, 3, 1, 1, 1), RangeError, 'lengths must have 4 elements, one for each sequence, not 5'],
    ['negative', [6, -1, 3, 1], RangeError, 'lengths must have integers from 0 to 6, not -1'],
    ['more than there are steps', Int32Array.of(6, 3, 7, 1), RangeError, 'lengths must have integers from 0 to 6, not 7'],
    ['half a step', [6, 2.5, 3, 1], RangeError, 'not 2.5'],
    ['no number', [6, NaN, 3, 1], RangeError, 'not NaN'],
    ['text', ['6', 0, 3, 1], RangeError, 'not 6'],
    ['a gap', [6, undefined, 3, 1], RangeError, 'not undefined'],
    ['another typed array', Float64Array.of(6, 0, 3, 1), TypeError, 'lengths must be an Int32Array or an array of numbers'],
    ['one number', 6, TypeError, 'lengths must be an Int32Array or an array of numbers'],
    ['null', null, TypeError, 'lengths must be an Int32Array or an array of numbers'],
  ];

  it.each(mistakes)('%s: nothing is changed', async (_, wrong, type, message) => {
    const { create } = await compiled({ definition: gruV1, precision: 'float64', lengths: true });
    const module = create({ sizes, batchSize, maxSteps: steps });
    subject.setParameters(module);
    const { initialState, inputs, cotangents } = subject;
    module.forward(padded(inputs, 0), { initialState, lengths });
    const before = new Uint8Array(module.parameters.buffer).slice();
    const call = (): unknown => module.forward(inputs, { lengths: wrong as readonly number[] });
    expect(call).toThrow(type);
    expect(call).toThrow(message);
    expect(new Uint8Array(module.parameters.buffer)).toEqual(before);
    const { params } = module.backward(padded(cotangents, 0));
    expect(Object.values(params).every((own) => own.every(Number.isFinite))).toBe(true);
  });

  it('are measured by the batch and the steps of the call', async () => {
    const { create } = await compiled({ definition: gruV1, precision: 'float64', lengths: true });
    const module = create({ sizes, batchSize, maxSteps: steps });
    const x = new Float64Array(2 * 3 * sizes.I).fill(1);
    expect(() => module.forward({ x }, { batchSize: 2, lengths })).toThrow('lengths must have 2 elements, one for each sequence, not 4');
    expect(() => module.forward({ x }, { batchSize: 2, lengths: [4, 0] })).toThrow('lengths must have integers from 0 to 3, not 4');
    const { outputs } = module.forward({ x }, { batchSize: 2, lengths: [3, 1] });
    expect(outputs['y']).toHaveLength(2 * 3 * sizes.H);
    // As many numbers as there are, whatever the last call was given.
    expect(module.forward({ x }, { batchSize: 2 }).outputs['y']?.slice()).toEqual(module.forward({ x }, { batchSize: 2, lengths: [3, 3] }).outputs['y']?.slice());
  });
});

describe.each(targets)('the %s module of a cell with poles at zero', (target) => {
  /** Behind the end inputs are zero: its logarithm, and one over it, are infinite there. */
  const polar = defineCell('polar', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const poles = add(log(x), reciprocal(x));
    const next = tanh(add(matrixVector(parameter('W', ['H', 'H']), poles), mul(parameter('p', ['H']), y)));
    return { next: { y: next }, outputs: { y: mul(next, parameter('q', ['H'])) } };
  });

  it('has finite gradients, those of the sequences alone', async () => {
    const sizes = { H: 3 };
    const subject = new Subject(polar, { ...sizes, T: steps, B: batchSize }, Float64Array);
    const positive = { x: (subject.inputs['x'] ?? new Float64Array(0)).map((value) => 1.5 + value) };
    const { create } = await compiled({ definition: polar, target, precision: 'float64', lengths: true });
    const module = create({ sizes, batchSize, maxSteps: steps });
    subject.setParameters(module);
    const gradients = (inputs: Named, cotangents: Named, options: { lengths: readonly number[]; batchSize: number }): Float64Array => {
      module.forward(inputs, options);
      module.backward(cotangents);
      return Float64Array.from(module.gradients);
    };
    const together = gradients(padded(positive, 0), padded(subject.cotangents, 1), { lengths, batchSize });
    const sum = new Float64Array(together.length);
    for (const [b, length] of lengths.entries()) {
      if (length === 0) continue;
      const own = gradients(examples(positive, b, steps, length), examples(subject.cotangents, b, steps, length), { lengths: [length], batchSize: 1 });
      own.forEach((value, k) => { sum[k] = (sum[k] ?? NaN) + value; });
    }
    expect(largestError(together, sum)).toBeLessThanOrEqual(1e-12);
  });
});

describe('the source', () => {
  it('says what lengths are, and passes a strict type check beside names that it uses itself', async () => {
    const definition = defineCell('named', { dims: ['valid', 'lengths'], inputs: { x: ['lengths'] }, states: { Int32Array: ['valid'] } }, ({ x, Int32Array: y }) => {
      const next = tanh(add(matrixVector(parameter('W', ['valid', 'lengths']), x), y));
      return { next: { Int32Array: next }, outputs: { checkLengths: next } };
    });
    const { files } = await compileModule({ definition, lengths: true });
    const [{ text } = { text: '' }] = files;
    expect(problemsOf(new Map([['named.ts', text]]))).toEqual([]);
    expect(text).toContain('How many steps each sequence has: `batchSize` integers from 0 to the number of steps of the call');
    const { create } = await compiled({ definition, lengths: true });
    const module = create({ sizes: { valid: 2, lengths: 3 }, maxSteps: 2 });
    const y = Float32Array.of(1, 2);
    expect(module.forward({ x: new Float32Array(6).fill(NaN) }, { lengths: [0], initialState: { Int32Array: y } }).finalState['Int32Array']).toEqual(y);
  });

  it('has nothing of it where no lengths were asked for', async () => {
    const [plain, off] = [await compileModule({ definition: tagger }), await compileModule({ definition: tagger, lengths: false })];
    expect(off).toEqual(plain);
    expect(plain.files[0]?.text).not.toMatch(/lengths|valid/);
  });

  it('of a module that only runs forward gives the same outputs', async () => {
    const sizes = { I: 3, H: 5 };
    const subject = new Subject(gruV1, { ...sizes, T: steps, B: batchSize }, Float64Array);
    const [only, full] = await Promise.all([true, false].map(async (forwardOnly) => {
      const { create } = await compiled({ definition: gruV1, precision: 'float64', lengths: true, forwardOnly });
      const module = create({ sizes, batchSize, maxSteps: steps });
      subject.setParameters(module);
      return module.forward(padded(subject.inputs, 0), { initialState: subject.initialState, lengths });
    }));
    expect(only).toEqual(full);
  });
});

it('a definition with a value called lengths is refused', async () => {
  const definition = defineCell('own', { dims: ['H'], inputs: { lengths: ['H'] }, states: { y: ['H'] } }, ({ lengths: x, y }) => {
    const next = tanh(add(x, y));
    return { next: { y: next }, outputs: { y: next } };
  });
  await expect(compileModule({ definition, lengths: true })).rejects.toThrow(/^'own': the name 'lengths' is taken/);
  await expect(compileModule({ definition })).resolves.toBeDefined();
});

it('a model that counts from the last step is refused where it does so', async () => {
  const definition = defineModel('last', { dims: ['H'], inputs: { x: ['T', 'H'] } }, ({ x }) => ({ outputs: { last: slice(x, 'T-1', 1) } }));
  const failure: unknown = await compileModule({ definition, lengths: true }).catch((error: unknown) => error);
  if (!(failure instanceof DeclarationError)) throw new Error('not refused');
  expect(failure.message).toMatch(/'last': sequences of different lengths: 'slice' counts from the last step/);
  expect(failure.location?.file).toMatch(/lengths\.test\.ts$/);
  await expect(compileModule({ definition })).resolves.toBeDefined();
});
