import { adam, convLstm1d, defineModel, dense, embedding, evaluate, exp, gruV1, jvp, mlstm, sequence, softmaxCrossEntropy, vanillaLstm, vjp } from 'cellwright';
import type { CellDefinition, Graph, Tensor } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from '../oracle/case.js';
import { readReference } from '../oracle/format.js';
import { cotangentName } from '../../src/program/gradients.js';
import { rubbish } from '../support/short-sequence.js';
import { Random } from '../support/random.js';
import { randomTensor, shapeOf } from '../support/tensors.js';
import { expectAllClose, largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, HessianProducts, Named, Tangents, Values } from './compiled-module.js';
import { forecaster } from './forecaster.js';
import { prefixed, Subject } from './subject.js';
import { problemsOf } from './type-check.js';

const derivatives = ['jvp', 'hvp'] as const;
const every = { I: 3, H: 5, Cin: 2, C: 3, L: 4, K: 3, D: 4, N: 5 };

/** A direction at the point of a subject, in all that can move. */
class Direction {
  readonly values: ReadonlyMap<string, Tensor>;

  constructor(
    private readonly subject: Subject,
    seed: number,
  ) {
    const random = new Random(seed);
    const { parameters, inputs, states } = subject.model;
    this.values = new Map(
      [...parameters.keys(), ...inputs.keys(), ...states.keys()].map((name) => {
        const { shape, data } = randomTensor(random, shapeOf(subject.graph.input(name).type, subject.sizes));
        // Rounded, so that both sides see the same numbers.
        return [name, { shape, data: Float64Array.from(subject.array.from(data)) }];
      }),
    );
  }

  get tangents(): Tangents {
    const { parameters, inputs, states } = this.subject.model;
    const pick = (names: Iterable<string>): Named => Object.fromEntries([...names].map((name) => [name, this.subject.array.from(this.values.get(name)?.data ?? [])]));
    return { params: pick(parameters.keys()), inputs: pick(inputs.keys()), initialState: pick(states.keys()) };
  }

  /** Tangents of a graph's outputs, by the interpreter; zeros where an output does not change. */
  expected(graph: Graph, outputs: readonly string[]): Map<string, Float64Array> {
    const tangents = new Map([...this.values.keys()].map((name) => [name, `v.${name}`]));
    const derived = jvp(graph, { tangents, tangentName: (name) => `tangent of ${name}` });
    const given = new Map([...this.subject.values, ...[...this.values].map(([name, value]) => [`v.${name}`, value] as const)]);
    const results = evaluate(derived, given, this.subject.sizes);
    return new Map(outputs.map((name) => [name, results.get(`tangent of ${name}`)?.data ?? new Float64Array(shapeOf(graph.output(name).type, this.subject.sizes).reduce((a, b) => a * b, 1))]));
  }
}

function gradientsOf({ model, graph }: Subject): { readonly graph: Graph; readonly names: readonly string[] } {
  const wrt = [...model.parameters.keys(), ...model.inputs.keys(), ...model.states.keys()];
  const cotangents = new Map([...graph.outputs.keys()].map((name) => [name, cotangentName(name)]));
  return { graph: vjp(graph, { wrt, cotangents, gradientName: (name) => `grad.${name}` }), names: wrt.map((name) => `grad.${name}`) };
}

const copied = ({ params, inputs, initialState }: HessianProducts): Map<string, Values> =>
  new Map([params, inputs, initialState].flatMap((group) => prefixed('grad.', group)));

const cells: readonly CellDefinition[] = [vanillaLstm, gruV1, mlstm, convLstm1d];

describe.each(targets.flatMap((target) => cells.map((definition) => ({ target, definition, name: definition.name }))))('the $target module of $name along a direction', ({ target, definition }) => {
  const sizes = Object.fromEntries(definition.dims.map((dim) => [dim, every[dim as keyof typeof every]]));
  const subject = new Subject(definition, { ...sizes, T: 4, B: 2 }, Float64Array);
  const direction = new Direction(subject, 7);
  const called = { initialState: subject.initialState, batchSize: 2 };

  it('derives outputs and gradients as the interpreter does, for fewer steps and a smaller batch than created', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64', derivatives });
    const module = create({ sizes, batchSize: 3, maxSteps: 5 });
    subject.setParameters(module);
    const plain = module.forward(subject.inputs, called);
    const values = new Map([...prefixed('out.', plain.outputs), ...prefixed('final.', plain.finalState)]);
    const gradients = gradientsOf(subject);
    const expectedProducts = direction.expected(gradients.graph, gradients.names);
    const expectedTangents = direction.expected(subject.graph, [...subject.graph.outputs.keys()]);
    // Twice, since nothing of a call may be left over for the next.
    for (let call = 0; call < 2; call++) {
      const pushed = module.jvp(subject.inputs, direction.tangents, called);
      expectAllClose(new Map([...prefixed('out.', pushed.outputs), ...prefixed('final.', pushed.finalState)]), values, 1e-12);
      expectAllClose(new Map([...prefixed('out.', pushed.tangents.outputs), ...prefixed('final.', pushed.tangents.finalState)]), expectedTangents, 1e-10);
      const products = module.hvp(subject.inputs, subject.cotangents, direction.tangents, { ...called, dFinalState: subject.dFinalState });
      expectAllClose(copied(products), expectedProducts, 1e-10);
    }
  });
});

describe.each(targets)('the %s module of a model along a direction', (target) => {
  const sizes = { I: 3, H: 4, O: 2 };
  const subject = new Subject(forecaster, { ...sizes, T: 5, B: 3 }, Float64Array);
  let module: AnyModule;

  beforeAll(async () => {
    const { create } = await compiled({ definition: forecaster, target, precision: 'float64', derivatives, optimizer: adam() });
    module = create({ sizes, batchSize: 3, maxSteps: 5 });
    subject.setParameters(module);
  });

  const randomFlat = (seed: number): Float64Array => Float64Array.from(randomTensor(new Random(seed), [module.parameters.length]).data);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0);

  it('has the loss change as its gradient says', () => {
    const vector = randomFlat(1);
    const { loss } = module.valueAndGradient(subject.batch);
    const slope = dot(module.gradients, vector);
    const { loss: same, tangents, outputs } = module.jvp(subject.batch, { parameters: vector });
    expect(same).toBeCloseTo(loss, 12);
    expect(tangents.loss).toBeCloseTo(slope, 12);
    expect(largestError(outputs['prediction'] ?? [], module.evaluate(subject.batch).outputs['prediction']?.slice() ?? [])).toBeLessThan(1e-12);
  });

  it('has the gradient change as differences say, and a symmetric Hessian', () => {
    const [u, v] = [randomFlat(2), randomFlat(3)];
    const along = (vector: Float64Array): Float64Array => Float64Array.from(module.hvp(subject.batch, { parameters: vector }).parameters);
    const products = along(v);
    expect(dot(u, products)).toBeCloseTo(dot(v, along(u)), 11);
    const start = module.parameters.slice();
    const gradientAt = (distance: number): Float64Array => {
      module.parameters.set(start.map((value, k) => value + distance * (v[k] ?? NaN)));
      module.valueAndGradient(subject.batch);
      return Float64Array.from(module.gradients);
    };
    const [ahead, behind] = [gradientAt(1e-5), gradientAt(-1e-5)];
    module.parameters.set(start);
    expect(largestError(products, ahead.map((value, k) => (value - (behind[k] ?? NaN)) / 2e-5))).toBeLessThan(1e-8);
  });

  it('takes a direction as one array, by name, or by name on top of the array', () => {
    const vector = randomFlat(4);
    const productsOf = (tangents: Tangents): Values => module.hvp(subject.batch, tangents).parameters.slice();
    const named = Object.fromEntries(Object.entries(module.params).map(([name, values]) => {
      const start = (values.byteOffset - module.parameters.byteOffset) / 8;
      return [name, vector.slice(start, start + values.length)];
    }));
    const whole = productsOf({ parameters: vector });
    expect(productsOf({ params: named })).toEqual(whole);
    expect(productsOf({ parameters: vector.map(() => 3), params: named })).toEqual(whole);
    const { 'dense.b': bias, ...others } = named;
    const [part, rest] = [productsOf({ params: { 'dense.b': bias } }), productsOf({ params: others })];
    expect(largestError(part.map((value, k) => value + (rest[k] ?? NaN)), whole)).toBeLessThan(1e-12);
    expect(part).not.toEqual(whole);
    expect(productsOf({})).toEqual(whole.map(() => 0));
    // The same by name as in one array.
    const { params, parameters } = module.hvp(subject.batch, { parameters: vector });
    expect(parameters).toEqual(whole);
    expect(params['dense.W']?.buffer).toBe(parameters.buffer);
  });

  it('leaves gradients and optimizer alone', () => {
    module.valueAndGradient(subject.batch);
    const before = module.gradients.slice();
    const saved = JSON.stringify(module.save());
    module.jvp(subject.batch, { parameters: randomFlat(5) });
    module.hvp(subject.batch, { parameters: randomFlat(5) });
    expect(module.gradients).toEqual(before);
    expect(JSON.stringify(module.save())).toBe(saved);
  });

  it('knows parameters that were edited', () => {
    const products = module.hvp(subject.batch, { parameters: randomFlat(6) }).parameters.slice();
    module.params['L.W_z']?.fill(0.5);
    for (const values of Object.values(module.params)) values.set(values.map((value) => value * 0.5));
    const changed = module.hvp(subject.batch, { parameters: randomFlat(6) }).parameters.slice();
    subject.setParameters(module);
    expect(changed).not.toEqual(products);
    expect(module.hvp(subject.batch, { parameters: randomFlat(6) }).parameters).toEqual(products);
  });

  it('refuses what does not fit, and changes nothing', () => {
    const wanted = module.parameters.length;
    expect(() => module.hvp(subject.batch, { parameters: new Float64Array(wanted - 1) })).toThrow(`tangents.parameters must have ${String(wanted)} elements`);
    expect(() => module.jvp(subject.batch, { params: { 'dense.b': new Float64Array(1) } })).toThrow('tangents.params.dense.b must have 2 elements, not 1');
    expect(() => module.jvp(subject.batch, { inputs: { x: new Float64Array(1) } })).toThrow('tangents.inputs.x must have');
    expect(() => module.jvp(subject.batch, { params: { 'dense.b': new Float32Array(2) } })).toThrow('tangents.params.dense.b must be a Float64Array');
    expect(() => module.hvp({ ...subject.batch, target: new Float64Array(1) }, {})).toThrow('examples.target must have');
    expect(() => module.hvp(subject.batch, { params: { 'dense.w': new Float64Array(1) } })).toThrow("tangents.params has no 'dense.w'; it may have ");
    expect(() => module.jvp(subject.batch, { inputs: { X: new Float64Array(1) } })).toThrow("tangents.inputs has no 'X'; it may have x");
    expect(() => module.hvp(subject.batch, module.parameters as Tangents)).toThrow("tangents has no '0'; it may have params, parameters, inputs, initialState");
    expect(() => (module.hvp as (batch: Named) => unknown)(subject.batch)).toThrow('tangents must be an object');
  });
});

it.each(targets)('the %s module of a cell ends what backward reads when it derives along a direction', async (target) => {
  const sizes = { I: 3, H: 4 };
  const subject = new Subject(vanillaLstm, { ...sizes, T: 3, B: 1 }, Float64Array);
  const { create } = await compiled({ definition: vanillaLstm, target, precision: 'float64', derivatives });
  const module = create({ sizes, maxSteps: 3 });
  subject.setParameters(module);
  module.forward(subject.inputs);
  module.jvp(subject.inputs, {});
  expect(() => module.backward(subject.cotangents)).toThrow('call forward first');
  // A refused call does not.
  module.forward(subject.inputs);
  expect(() => module.hvp(subject.inputs, subject.cotangents, { initialState: { c: new Float64Array(1) } })).toThrow('tangents.initialState.c must have 4 elements');
  module.backward(subject.cotangents);
});

describe.each(targets)('the %s module with lengths along a direction', (target) => {
  const index = { shape: ['T'], dtype: 'index' } as const;
  const tagger = defineModel('tagger', { dims: ['V', 'D', 'H', 'C'], inputs: { token: index }, targets: { tag: index } }, ({ token, tag }) => {
    const { outputs } = sequence(vanillaLstm, { x: embedding('embed', token, { vocabulary: 'V', width: 'D' }) }, { dims: { I: 'D' } });
    const logits = dense('dense', 'C', outputs.y);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, tag) };
  });

  it('derives by what integers choose, and does not read behind the ends', async () => {
    const sizes = { V: 5, D: 3, H: 4, C: 3 };
    const { create, initialize } = await compiled({ definition: tagger, target, precision: 'float64', derivatives, lengths: true });
    const module = create({ sizes, batchSize: 3, maxSteps: 4 });
    initialize(module, 1);
    const lengths = [4, 0, 2];
    const random = new Random(1);
    const ended = (k: number): boolean => Math.floor(k / 3) >= (lengths[k % 3] ?? 0);
    const integers = (below: number) => Float64Array.from({ length: 12 }, () => random.integer(0, below - 1));
    const batch = { token: integers(5), tag: integers(3) };
    const padded = Object.fromEntries(Object.entries(batch).map(([name, values]) => [name, values.map((value, k) => (ended(k) ? (rubbish[k % rubbish.length] ?? NaN) : value))]));
    const vector = Float64Array.from(randomTensor(random, [module.parameters.length]).data);
    const products = module.hvp(batch, { parameters: vector }, { lengths }).parameters.slice();
    expect(module.hvp(padded, { parameters: vector }, { lengths }).parameters).toEqual(products);
    const { loss, tangents } = module.jvp(padded, { parameters: vector }, { lengths });
    expect(module.valueAndGradient(batch, { lengths }).loss).toBeCloseTo(loss ?? NaN, 12);
    expect(tangents.loss).toBeCloseTo(Array.from(module.gradients).reduce((sum, value, k) => sum + value * (vector[k] ?? NaN), 0), 11);
    const start = module.parameters.slice();
    const gradientAt = (distance: number): Float64Array => {
      module.parameters.set(start.map((value, k) => value + distance * (vector[k] ?? NaN)));
      module.valueAndGradient(batch, { lengths });
      return Float64Array.from(module.gradients);
    };
    const [ahead, behind] = [gradientAt(1e-5), gradientAt(-1e-5)];
    expect(largestError(products, ahead.map((value, k) => (value - (behind[k] ?? NaN)) / 2e-5))).toBeLessThan(1e-8);
    expect(() => module.jvp({ ...batch, token: batch.token.map(() => 5) }, {}, { lengths })).toThrow('examples.token must have integers from 0 to 4');
  });
});

it('takes a parameter that is called as an input of a derivative would be', async () => {
  const layer = defineModel('layer', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { b: dense('tangent', 'I', dense('d', 'I', x)) } }));
  const { create } = await compiled({ definition: layer, precision: 'float64', derivatives });
  expect(Object.keys(create({ sizes: { I: 2 } }).params)).toEqual(['d.W', 'd.b', 'tangent.W', 'tangent.b']);
});

it.each(targets)('the %s module takes a direction batch first, as it takes its inputs', async (target) => {
  const sizes = { I: 3, H: 4, O: 2 };
  const [T, B] = [5, 3];
  const subject = new Subject(forecaster, { ...sizes, T, B }, Float64Array);
  const vector = new Direction(subject, 11).tangents;
  const turned = (values: Named): Named =>
    Object.fromEntries(Object.entries(values).map(([name, own]) => {
      const width = own.length / T / B;
      return [name, own.map((_, k) => own[((Math.floor(k / width) % T) * B + Math.floor(k / width / T)) * width + (k % width)] ?? NaN)];
    }));
  const [timeMajor, batchFirst] = await Promise.all([false, true].map(async (first) => {
    const { create } = await compiled({ definition: forecaster, target, precision: 'float64', derivatives, batchFirst: first });
    const module = create({ sizes, batchSize: B, maxSteps: T });
    subject.setParameters(module);
    return module;
  }));
  const { tangents } = timeMajor?.jvp(subject.batch, vector) ?? {};
  const pushed = batchFirst?.jvp(turned(subject.batch), { ...vector, inputs: turned(vector.inputs as Named) }).tangents;
  expect(pushed?.loss).toBeCloseTo(tangents?.loss ?? NaN, 12);
  expectAllClose(new Map(Object.entries(pushed?.outputs ?? {})), new Map(Object.entries(turned(tangents?.outputs ?? {}))), 1e-12);
});

const references = ['01-vanilla-lstm', '04-np-lstm', '14-gru-v3'];

it.each(targets.flatMap((target) => references.map((name) => ({ target, name }))))('the $target module gives the second-order reference values of $name', async ({ target, name }) => {
  const reference = readReference(new URL(`../oracle/cases/${name}.json`, import.meta.url).pathname);
  const problem = problemOf(reference);
  if (reference.kind !== 'case' || problem.kind !== 'case') throw new Error('not a case');
  const { T = 0, B = 0, ...sizes } = reference.sizes;
  const { create } = await compiled({ definition: problem.model, target, precision: 'float64', derivatives });
  const module = create({ sizes, batchSize: B, maxSteps: T });
  const pick = (values: ReadonlyMap<string, Tensor>, names: Iterable<string>, nameOf: (name: string) => string = (own) => own): Named =>
    Object.fromEntries([...names].flatMap((own) => {
      const found = values.get(nameOf(own));
      return found === undefined ? [] : [[own, Float64Array.from(found.data)]];
    }));
  const { model, values, cotangents } = problem;
  for (const [own, data] of Object.entries(pick(values, model.parameters.keys()))) module.params[own]?.set(data);
  const initialState = pick(values, model.states.keys());
  const tangents = { params: pick(problem.direction ?? new Map(), model.parameters.keys()) };
  expect(Object.keys(tangents.params)).toHaveLength(model.parameters.size);
  const found = new Map<string, Values>();
  const pushed = module.jvp(pick(values, model.inputs.keys()), tangents, { initialState });
  const [outputs] = Object.values(pushed.tangents.outputs);
  found.set('secondOrder.jvp.outputs', outputs?.slice() ?? new Float64Array(0));
  for (const [own, data] of prefixed('secondOrder.jvp.finalState.', pushed.tangents.finalState)) found.set(own, data);
  const products = module.hvp(pick(values, model.inputs.keys()), pick(cotangents, model.outputs, (own) => `out.${own}`), tangents, {
    initialState,
    dFinalState: pick(cotangents, model.states.keys(), (own) => `final.${own}`),
  });
  for (const [own, data] of prefixed('secondOrder.hvp.', products.params)) found.set(own, data);
  for (const [own, data] of prefixed('secondOrder.hvpInputs.', products.inputs)) found.set(own, data);
  for (const [own, data] of Object.entries(products.initialState)) found.set(`secondOrder.hvpInputs.${own}0`, data.slice());
  const expected = new Map([...reference.expected].flatMap(([own, { data }]) => (own.startsWith('secondOrder.') && own !== 'secondOrder.jvp.loss' ? [[own, data]] : [])));
  expect(expected.size).toBeGreaterThan(10);
  expectAllClose(found, expected, 1e-9);
});

it('is as good in float32 as rounding lets it be', async () => {
  const sizes = { I: 5, H: 7 };
  const subject = new Subject(vanillaLstm, { ...sizes, T: 6, B: 4 }, Float32Array);
  const direction = new Direction(subject, 9);
  const gradients = gradientsOf(subject);
  const expected = direction.expected(gradients.graph, gradients.names);
  for (const target of targets) {
    const { create } = await compiled({ definition: vanillaLstm, target, derivatives });
    const module = create({ sizes, batchSize: 4, maxSteps: 6 });
    subject.setParameters(module);
    expectAllClose(copied(module.hvp(subject.inputs, subject.cotangents, direction.tangents, { initialState: subject.initialState, dFinalState: subject.dFinalState })), expected, 1e-4);
  }
});

describe('what is written', () => {
  const scaled = defineModel('scaled', { dims: ['I', 'O'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: dense('dense', 'O', x) } }));
  const bare = defineModel('bare', { dims: ['I'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: exp(x) } }));
  const definitions = [
    { definition: vanillaLstm, derivatives },
    { definition: vanillaLstm, derivatives: ['jvp'], forwardOnly: true },
    { definition: forecaster, derivatives, optimizer: adam(), lengths: true },
    { definition: vanillaLstm, derivatives: ['hvp'], sizes: { I: 2, H: 3 }, batchSize: 1, target: 'wasm' },
    { definition: scaled, derivatives },
    { definition: scaled, derivatives: [] },
    { definition: bare, derivatives },
    { definition: bare, derivatives: [] },
    { definition: bare, derivatives: ['jvp'], forwardOnly: true },
    { definition: bare, derivatives: [], forwardOnly: true },
  ] as const;

  it.each(definitions)('compiles under strict settings (%#)', async (configuration) => {
    const { files: [file] } = await compileModule(configuration);
    const text = file?.text ?? '';
    expect(problemsOf(new Map([['module.ts', text]]))).toEqual([]);
    for (const kind of derivatives) expect(new RegExp(`^ {2}${kind}\\(`, 'm').test(text)).toBe((configuration.derivatives as readonly string[]).includes(kind));
  });

  it('has nothing of it unless asked for', async () => {
    const { files: [file] } = await compileModule({ definition: vanillaLstm });
    expect(file?.text).not.toMatch(/jvp|hvp|\btangents\b|direction/i);
  });

  it('has no Hessian without gradients', async () => {
    await expect(compileModule({ definition: vanillaLstm, derivatives: ['hvp'], forwardOnly: true })).rejects.toThrow("forwardOnly leaves gradients out, so it takes no 'hvp'");
  });
});
