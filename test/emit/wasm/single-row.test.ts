import { add, defineCell, gruV1, linear, lstmp, matrixVector, mul, npLstm, parameter, sigmoid, sign, tanh, vanillaLstm } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { expectAllClose } from '../close.js';
import { compiled } from '../compiled-module.js';
import type { AnyModule } from '../compiled-module.js';
import { Subject } from '../subject.js';

const sizesOf = (dims: readonly string[], sizes: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(dims.map((dim) => [dim, sizes[dim] ?? 6]));

describe.each([vanillaLstm, npLstm, gruV1, lstmp].map((definition) => ({ name: definition.name, definition })))('one example of one step of $name, without panels', ({ definition }) => {
  it.each([{ I: 1, H: 1 }, { I: 3, H: 5 }, { I: 16, H: 20 }, { I: 23, H: 41 }])('has the outputs and gradients of the interpreter at $I, $H', async (given) => {
    const sizes = sizesOf(definition.dims, given);
    for (const precision of ['float64', 'float32'] as const) {
      const { create } = await compiled({ definition, target: 'wasm', precision });
      const subject = new Subject(definition, { ...sizes, T: 1, B: 1 }, precision === 'float64' ? Float64Array : Float32Array);
      const sensitivity = precision === 'float64' ? new Map<string, number>() : subject.sensitivity();
      const module = create({ sizes, batchSize: 2, maxSteps: 2 });
      expectAllClose(subject.computed(module), subject.expected(), (name) => (precision === 'float64' ? 1e-12 : 1e-6 + 2 * (sensitivity.get(name) ?? 0)));
    }
  });

  it('adds to gradients where these are accumulated', async () => {
    const sizes = sizesOf(definition.dims, { I: 3, H: 5 });
    const { create } = await compiled({ definition, target: 'wasm', precision: 'float64' });
    const subject = new Subject(definition, { ...sizes, T: 1, B: 1 }, Float64Array);
    const module = create({ sizes });
    subject.computed(module);
    const once = module.gradients.slice();
    module.forward(subject.inputs, { initialState: subject.initialState });
    module.backward(subject.cotangents, { dFinalState: subject.dFinalState, accumulate: true });
    expectAllClose(new Map([['gradients', module.gradients]]), new Map([['gradients', once.map((value) => 2 * value)]]), 1e-14);
  });
});

describe('panels that a single row did without', () => {
  const sizes = { I: 3, H: 5 };
  const created = { sizes, batchSize: 2, maxSteps: 3 };
  const setParameters = (module: AnyModule, seed: number): void => {
    const subject = new Subject(vanillaLstm, { ...sizes, T: 1, B: 1 }, Float64Array, seed);
    for (const [name, values] of Object.entries(subject.arrays(subject.model.parameters.keys()))) module.params[name]?.set(values);
  };
  const x = Float64Array.of(0.5, -1, 2);

  it.each([
    { after: 'forward', prepare: (module: AnyModule) => module.forward({ x }, { batchSize: 1 }) },
    { after: 'packParameters', prepare: (module: AnyModule) => { module.packParameters(); } },
  ])('are those of the parameters at the last $after when step reads them', async ({ prepare }) => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', precision: 'float64' });
    const [module, fresh] = [create(created), create(created)];
    setParameters(module, 1);
    module.forward({ x }, { batchSize: 1 });
    setParameters(module, 2);
    prepare(module);
    setParameters(fresh, 2);
    fresh.packParameters();
    const wanted = fresh.step({ x })['y']?.slice();
    expect(module.step({ x })['y']).toEqual(wanted);
    // Once they are packed, editing weights changes nothing before the next packing.
    module.params['R_z']?.fill(9);
    module.resetState();
    expect(module.step({ x })['y']).toEqual(wanted);
  });

  it('are packed at once when packParameters is called: step does not see what is edited afterwards', async () => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', precision: 'float64' });
    const [module, fresh] = [create(created), create(created)];
    for (const each of [module, fresh]) {
      setParameters(each, 1);
      each.forward({ x }, { batchSize: 1 });
      setParameters(each, 2);
      each.packParameters();
    }
    module.params['R_z']?.fill(9);
    module.params['W_z']?.fill(-9);
    expect(module.step({ x })['y']).toEqual(fresh.step({ x })['y']);
  });

  it('are packed for the next call with more rows', async () => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', precision: 'float64' });
    const module = create(created);
    for (const [T, B] of [[1, 1], [3, 2], [1, 1], [1, 2], [3, 1]] as const) {
      const subject = new Subject(vanillaLstm, { ...sizes, T, B }, Float64Array, T + B);
      expectAllClose(subject.computed(module), subject.expected(), 1e-12);
    }
  });
});

/** Two matrices that are computed from parameters before the loop, and that nothing but the forward loop reads. */
const ofDerivedWeights = defineCell('derivedWeights', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { h: ['H'], c: ['H'] } }, ({ x, h, c }) => {
  const U = add(parameter('U', ['H', 'H']), tanh(parameter('U_0', ['H', 'H'])));
  const V = mul(parameter('V', ['H', 'H']), tanh(parameter('V_0', ['H', 'H'])));
  const gate = sigmoid(add(linear('g', 'H', { W: x }), matrixVector(U, sign(h))));
  const y = tanh(add(mul(gate, c), matrixVector(V, sign(mul(gate, c)))));
  return { next: { h: y, c: tanh(matrixVector(U, sign(y))) }, outputs: { y } };
});

describe('weights that are computed before the loop', () => {
  it.each([{ I: 1, H: 1 }, { I: 3, H: 5 }, { I: 6, H: 18 }])('are still there when a single row reads them, at $I, $H', async (sizes) => {
    const { create } = await compiled({ definition: ofDerivedWeights, target: 'wasm', precision: 'float64', sizes, batchSize: 1 });
    const module = create({ maxSteps: 3 });
    for (const T of [1, 3, 1]) {
      const subject = new Subject(ofDerivedWeights, { ...sizes, T, B: 1 }, Float64Array, T);
      expectAllClose(subject.computed(module), subject.expected(), 1e-12);
    }
  });
});
