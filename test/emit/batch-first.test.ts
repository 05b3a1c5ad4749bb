import { adam, convLstm1d, defineModel, dense, embedding, gruV1, mlstm, sequence, softmaxCrossEntropy, vanillaLstm } from 'cellwright';
import type { CellDefinition, Expression } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { Random } from '../support/random.js';
import { expectAllClose } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, CallOptions, Named, Target, Values } from './compiled-module.js';
import { prefixed, Subject } from './subject.js';
import { problemsOf } from './type-check.js';

/** `[rows, columns, …]` as `[columns, rows, …]`. */
function swapped<Own extends Values>(values: Own, rows: number, columns: number): Own {
  const width = values.length / rows / columns;
  const own = values.slice() as Own;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      own.set(values.subarray((row * columns + column) * width, (row * columns + column + 1) * width), (column * rows + row) * width);
    }
  }
  return own;
}

const batchMajor = (values: Named, T: number, B: number): Record<string, Values> =>
  Object.fromEntries(Object.entries(values).map(([name, own]) => [name, swapped(own, T, B)]));

const every = { I: 3, H: 5, Cin: 2, C: 3, L: 4, K: 3, D: 4, N: 5 };
const maxSteps = 5;
const batchSize = 3;
const calls = [[5, 3], [2, 2], [1, 3], [5, 1], [3, 3]] as const;

const subjects: readonly { readonly name: string; readonly definition: CellDefinition; readonly target: Target }[] = [
  ...[vanillaLstm, mlstm, convLstm1d].map((definition) => ({ name: definition.name, definition, target: 'typescript' as const })),
  ...[vanillaLstm, gruV1].map((definition) => ({ name: definition.name, definition, target: 'wasm' as const })),
];

describe.each(subjects)('the batch-first $target module of $name', ({ definition, target }) => {
  const sizes = Object.fromEntries(definition.dims.map((dim) => [dim, every[dim as keyof typeof every]]));
  const isSequence = (name: string): boolean => /^(out|d)\./.test(name) || [...definition.inputs.keys()].some((input) => name === `grad.${input}`);

  /** What a time-major module takes and gives, in the order of a batch-first one. */
  function own(values: ReadonlyMap<string, Values>, T: number, B: number): Map<string, Values> {
    return new Map([...values].map(([name, each]) => [name, isSequence(name) ? swapped(each, T, B) : each]));
  }

  function computed(module: AnyModule, subject: Subject, T: number, B: number): Map<string, Values> {
    subject.setParameters(module);
    const { outputs, finalState } = module.forward(batchMajor(subject.inputs, T, B), { initialState: subject.initialState, batchSize: B });
    const found = [...prefixed('out.', outputs), ...prefixed('final.', finalState)];
    const gradients = module.backward(batchMajor(subject.cotangents, T, B), { dFinalState: subject.dFinalState });
    return new Map([gradients.params, gradients.inputs, gradients.initialState].reduce((all, group) => [...all, ...prefixed('grad.', group)], found));
  }

  it('computes what the interpreter computes, for smaller batches and fewer steps too', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64', batchFirst: true });
    const module = create({ sizes, batchSize, maxSteps });
    for (const [T, B] of calls) {
      const subject = new Subject(definition, { ...sizes, T, B }, Float64Array, T + B);
      expectAllClose(computed(module, subject, T, B), own(subject.expected(), T, B), 1e-12);
    }
  });

  it('reads inputs where they lie, and steps as a time-major one', async () => {
    const [first, second] = await Promise.all([true, false].map(async (batchFirst) => (await compiled({ definition, target, precision: 'float64', batchFirst })).create({ sizes, batchSize, maxSteps })));
    if (first === undefined || second === undefined) throw new Error('no modules');
    const subject = new Subject(definition, { ...sizes, T: maxSteps, B: batchSize }, Float64Array);
    subject.setParameters(second);
    first.load(second.save());
    const { initialState, inputs } = subject;
    for (const [name, values] of Object.entries(batchMajor(inputs, maxSteps, batchSize))) first.inputs[name]?.set(values);
    const found = prefixed('', first.forward(first.inputs, { initialState, carry: true }).outputs);
    const expected = prefixed('', second.forward(inputs, { initialState, carry: true }).outputs);
    expectAllClose(new Map(found), new Map(expected.map(([name, values]) => [name, swapped(values, maxSteps, batchSize)])), 1e-13);
    const x = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, values.subarray(0, values.length / maxSteps)]));
    expectAllClose(new Map(Object.entries(first.step(x))), new Map(Object.entries(second.step(x))), 1e-13);
  });
});

const taggerAdam = adam();

/** Tokens, a loop in each direction, and a loss in which steps weigh differently. */
const tagger = defineModel(
  'tagger',
  {
    dims: ['V', 'I', 'H', 'O'],
    inputs: { tokens: { shape: ['T'], dtype: 'index' } },
    targets: { target: { shape: ['T'], dtype: 'index' }, weight: ['T'] },
  },
  ({ tokens, target, weight }) => {
    const x = embedding('words', tokens, { vocabulary: 'V', width: 'I' });
    const y: Expression<readonly ['T', 'H']> = sequence(gruV1, { x }, { name: 'backwards', reverse: true }).outputs.y;
    const { outputs } = sequence(vanillaLstm, { x: y }, { name: 'top', dims: { I: 'H' } });
    const logits = dense('head', 'O', outputs.y);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target, { weights: weight }) };
  },
);

describe.each(targets.flatMap((target) => [true, false].map((lengths) => ({ target, lengths }))))('a batch-first model with a loss, lengths: $lengths, in $target', ({ target, lengths }) => {
  const sizes = { V: 7, I: 3, H: 4, O: 5 };

  async function modules(): Promise<{ first: AnyModule; second: AnyModule }> {
    const [first, second] = await Promise.all([true, false].map(async (batchFirst) => {
      const { create, initialize } = await compiled({ definition: tagger, target, precision: 'float64', lengths, batchFirst, optimizer: taggerAdam });
      const module = create({ sizes, batchSize, maxSteps });
      initialize(module, 1);
      return module;
    }));
    if (first === undefined || second === undefined) throw new Error('no modules');
    return { first, second };
  }

  function examples(T: number, B: number): Record<string, Values> {
    const random = new Random(T * B);
    const draw = (value: () => number): Float64Array => Float64Array.from({ length: T * B }, value);
    return { tokens: draw(() => random.integer(0, sizes.V - 1)), target: draw(() => random.integer(0, sizes.O - 1)), weight: draw(() => random.uniform(0, 2)) };
  }

  it('evaluates, differentiates and trains as a time-major one', async () => {
    const { first, second } = await modules();
    for (const [T, B] of calls) {
      const batch = examples(T, B);
      const options: CallOptions = { batchSize: B, ...(lengths ? { lengths: [T, 0, Math.ceil(T / 2)].slice(0, B) } : {}) };
      const [found, expected] = [first.evaluate(batchMajor(batch, T, B), options), second.evaluate(batch, options)];
      const scores = swapped(expected.outputs['logits'] ?? new Float64Array(0), T, B);
      expectAllClose(new Map([['loss', Float64Array.of(found.loss)], ...prefixed('', found.outputs)]), new Map([['loss', Float64Array.of(expected.loss)], ['logits', scores]]), 1e-12);
      const [gradients, others] = [first.valueAndGradient(batchMajor(batch, T, B), options).gradients, second.valueAndGradient(batch, options).gradients];
      expectAllClose(new Map(Object.entries(gradients)), new Map(Object.entries(others)), 1e-12);
      const [{ loss, gradientNorm }, trained] = [first.trainStep(batchMajor(batch, T, B), { ...options, learningRate: 0.01 }), second.trainStep(batch, { ...options, learningRate: 0.01 })];
      expectAllClose(new Map([['step', [loss, gradientNorm]]]), new Map([['step', [trained.loss, trained.gradientNorm]]]), 1e-12);
      expectAllClose(new Map(Object.entries(first.params)), new Map(Object.entries(second.params)), 1e-8);
    }
  });

  it('takes the checkpoint of a time-major one, and gives it back', async () => {
    const { first, second } = await modules();
    second.trainStep(examples(maxSteps, batchSize), { learningRate: 0.1 });
    first.load(second.save());
    expect(first.save()).toEqual(second.save());
  });

  it(`refuses wrong indices${lengths ? ', those before the end of a sequence only' : ''}`, async () => {
    const { first } = await modules();
    const given = [2, 0, maxSteps];
    const options: CallOptions = lengths ? { lengths: given } : {};
    const batch = batchMajor(examples(maxSteps, batchSize), maxSteps, batchSize);
    for (const [b, length] of given.entries()) {
      for (let t = 0; t < maxSteps; t++) {
        const tokens = Float64Array.from(batch['tokens'] ?? []);
        tokens[b * maxSteps + t] = 7;
        const call = expect(() => first.evaluate({ ...batch, tokens }, options), `sequence ${String(b)}, step ${String(t)}`);
        if (lengths && t >= length) call.not.toThrow();
        else call.toThrow(new RangeError('examples.tokens must have integers from 0 to 6, not 7'));
      }
    }
  });

  it('counts steps by the batch of the call', async () => {
    const { first } = await modules();
    expect(() => first.forward({ tokens: new Float64Array(7) }, { batchSize: 2 })).toThrow('inputs.tokens must have a multiple of 2 elements, not 7');
    expect(() => first.forward({ tokens: new Float64Array(2 * 6) }, { batchSize: 2 })).toThrow('inputs.tokens has 6 steps, more than the 5 created');
    expect(first.forward({ tokens: new Float64Array(2 * 4) }, { batchSize: 2 }).outputs['logits']).toHaveLength(2 * 4 * sizes.O);
  });
});

describe.each(targets)('a batch-first %s module along a direction', (target) => {
  const sizes = { I: 3, H: 5 };
  const [T, B] = [4, 2];

  it('derives outputs and gradients as a time-major one', async () => {
    const point = new Subject(vanillaLstm, { ...sizes, T, B }, Float64Array);
    const direction = new Subject(vanillaLstm, { ...sizes, T, B }, Float64Array, 2);
    const [found, expected] = await Promise.all([true, false].map(async (batchFirst) => {
      const { create } = await compiled({ definition: vanillaLstm, target, precision: 'float64', derivatives: ['jvp', 'hvp'], batchFirst });
      const module = create({ sizes, batchSize, maxSteps });
      point.setParameters(module);
      const outside = (values: Named): Named => (batchFirst ? batchMajor(values, T, B) : values);
      const own = (values: Named): Named => (batchFirst ? batchMajor(values, B, T) : values);
      const tangents = { params: direction.arrays(point.model.parameters.keys()), inputs: outside(direction.inputs), initialState: direction.initialState };
      const options = { initialState: point.initialState, batchSize: B };
      const { outputs, finalState } = module.jvp(outside(point.inputs), tangents, options).tangents;
      const derivatives = [...prefixed('out.', own(outputs)), ...prefixed('final.', finalState)];
      const products = module.hvp(outside(point.inputs), outside(point.cotangents), tangents, { ...options, dFinalState: point.dFinalState });
      return new Map([...derivatives, ...prefixed('params.', products.params), ...prefixed('inputs.', own(products.inputs)), ...prefixed('initialState.', products.initialState)]);
    }));
    expectAllClose(found ?? new Map<string, Values>(), expected ?? new Map<string, Values>(), 1e-12);
  });
});

describe('a batch-first module', () => {
  it.each([1, 2])('may have its batch fixed, to %i, and only run forward', async (B) => {
    const sizes = { I: 3, H: 5 };
    const subject = new Subject(vanillaLstm, { ...sizes, T: maxSteps, B }, Float64Array);
    const { create } = await compiled({ definition: vanillaLstm, precision: 'float64', batchFirst: true, batchSize: B, forwardOnly: true });
    const module = create({ sizes, batchSize: B, maxSteps });
    subject.setParameters(module);
    const { y = new Float64Array(0) } = module.forward(batchMajor(subject.inputs, maxSteps, B), { initialState: subject.initialState }).outputs;
    expectAllClose(new Map([['y', swapped(y, B, maxSteps)]]), new Map([['y', subject.expected().get('out.y') ?? []]]), 1e-12);
  });

  it('says so in its types, beside shapes, and passes a strict type check', async () => {
    const { files: [{ text } = { text: '' }] } = await compileModule({ definition: vanillaLstm, batchFirst: true });
    expect(problemsOf(new Map([['batch-first.ts', text]]))).toEqual([]);
    expect(text).toMatch(/\/\*\* Sequences, batch first\. \*\/\nexport interface VanillaLstmInputs \{\n\s*\/\*\* \[batch, steps, I\] \*\//);
    for (const [name, member] of [['Outputs', 'y'], ['Cotangents', 'y\\?']]) {
      expect(text).toMatch(new RegExp(`interface VanillaLstm${String(name)} \\{\\s*/\\*\\* \\[batch, steps, H\\] \\*/\\s*readonly ${String(member)}:`));
    }
    expect(text).toMatch(/interface VanillaLstmStepInputs \{\s*\/\*\* \[batch, I\] \*\//);
    expect(text).not.toContain('[steps, batch');
  });

  it('has nothing of it where it was not asked for', async () => {
    const [plain, off] = [await compileModule({ definition: tagger }), await compileModule({ definition: tagger, batchFirst: false })];
    expect(off).toEqual(plain);
    expect(plain.files[0]?.text).toContain('Sequences, time-major.');
  });
});
