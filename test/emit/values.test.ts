import { convLstm1d, gruV1, mlstm, slstm, vanillaLstm } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { expectAllClose, largestError } from './close.js';
import { compiled, targets } from './compiled-module.js';
import { Subject } from './subject.js';

const cells = [vanillaLstm, gruV1, slstm, mlstm, convLstm1d];
const every = { I: 3, H: 5, Cin: 2, C: 3, L: 4, K: 3, D: 4, N: 5 };

const sizesOf = (dims: readonly string[]): Record<string, number> => Object.fromEntries(dims.map((dim) => [dim, every[dim as keyof typeof every]]));

describe.each(cells.flatMap((definition) => targets.map((target) => ({ name: definition.name, definition, target }))))('the $target module of $name', ({ definition, target }) => {
  const sizes = sizesOf(definition.dims);
  const created = { sizes, batchSize: 4, maxSteps: 6 };

  it('agrees with the interpreter in float64', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const subject = new Subject(definition, { ...sizes, T: 6, B: 4 }, Float64Array);
    expectAllClose(subject.computed(create(created)), subject.expected(), 1e-12);
  });

  it('agrees with the interpreter in float32, as far as rounding lets it', async () => {
    const { create } = await compiled({ definition, target });
    const subject = new Subject(definition, { ...sizes, T: 6, B: 4 }, Float32Array);
    const sensitivity = subject.sensitivity();
    expectAllClose(subject.computed(create(created)), subject.expected(), (name) => 1e-6 + 2 * (sensitivity.get(name) ?? 0));
  });

  it('agrees for a smaller batch and fewer steps, and for the full ones again', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const module = create(created);
    for (const [T, B] of [[6, 4], [5, 3], [1, 1], [6, 1], [2, 4], [6, 4]] as const) {
      const subject = new Subject(definition, { ...sizes, T, B }, Float64Array, T + B);
      expectAllClose(subject.computed(module), subject.expected(), 1e-12);
    }
  });

  it('gives the same with sizes fixed at build', async () => {
    const free = await compiled({ definition, target, precision: 'float64' });
    const fixed = await compiled({ definition, target, precision: 'float64', sizes });
    const subject = new Subject(definition, { ...sizes, T: 5, B: 2 }, Float64Array);
    const module = fixed.create({ batchSize: 4, maxSteps: 6 });
    expect(module.sizes).toEqual(sizes);
    expectAllClose(subject.computed(module), subject.computed(free.create(created)), 1e-14);
  });

  it('steps as forward does', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const module = create(created);
    const T = 6;
    const B = 3;
    const subject = new Subject(definition, { ...sizes, T, B }, Float64Array);
    subject.setParameters(module);
    const { outputs, finalState } = module.forward(subject.inputs, { initialState: subject.initialState, batchSize: B });
    const wanted = new Map([...Object.entries(outputs), ...Object.entries(finalState).map(([name, own]) => [`final.${name}`, own] as const)].map(([name, own]) => [name, own.slice()]));
    for (const [name, own] of Object.entries(subject.initialState)) module.state[name]?.set(own);
    for (let t = 0; t < T; t++) {
      const found = module.step(Object.fromEntries(Object.entries(subject.inputs).map(([name, own]) => [name, row(own, t, T)])));
      for (const [name, own] of Object.entries(found)) expect(largestError(own, row(wanted.get(name) ?? own, t, T)), `${name} at step ${t}`).toBeLessThanOrEqual(1e-12);
    }
    for (const [name, own] of Object.entries(module.state)) {
      const expected = wanted.get(`final.${name}`) ?? new Float64Array(0);
      expect(largestError(own.subarray(0, expected.length), expected), `the state ${name}`).toBeLessThanOrEqual(1e-12);
    }
  });

  it('gives the same for two halves with the state carried', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const module = create(created);
    const subject = new Subject(definition, { ...sizes, T: 6, B: 4 }, Float64Array);
    subject.setParameters(module);
    const { outputs, finalState } = module.forward(subject.inputs, { initialState: subject.initialState });
    const whole = new Map([...Object.entries(outputs), ...Object.entries(finalState).map(([name, own]) => [`final.${name}`, own] as const)].map(([name, own]) => [name, own.slice()]));
    const half = (start: number, end: number) =>
      Object.fromEntries(Object.entries(subject.inputs).map(([name, own]) => [name, own.subarray((start * own.length) / 6, (end * own.length) / 6)]));
    const first = module.forward(half(0, 4), { initialState: subject.initialState });
    for (const [name, own] of Object.entries(first.outputs)) expect(own).toEqual(whole.get(name)?.subarray(0, own.length));
    // The views of the last call are given back as they are.
    const second = module.forward(half(4, 6), { initialState: first.finalState });
    for (const [name, own] of Object.entries(second.outputs)) expect(own).toEqual(whole.get(name)?.subarray(-own.length));
    for (const [name, own] of Object.entries(second.finalState)) expect(own).toEqual(whole.get(`final.${name}`));
  });

  it('gives for a batch what it gives for its examples', async () => {
    const { create } = await compiled({ definition, target, precision: 'float64' });
    const module = create(created);
    const subject = new Subject(definition, { ...sizes, T: 6, B: 4 }, Float64Array);
    const whole = subject.computed(module);
    const example = (values: Readonly<Record<string, ArrayLike<number>>>, b: number, steps: number) =>
      Object.fromEntries(Object.entries(values).map(([name, own]) => [name, Float64Array.from(exampleOf(own, b, steps))]));
    const sums = new Map([...whole].filter(([name]) => definition.parameters.has(name.replace('grad.', ''))).map(([name, own]) => [name, new Float64Array(own.length)]));
    for (let b = 0; b < 4; b++) {
      const { outputs } = module.forward(example(subject.inputs, b, 6), { initialState: example(subject.initialState, b, 1), batchSize: 1 });
      for (const [name, own] of Object.entries(outputs)) expect(largestError(own, exampleOf(whole.get(`out.${name}`) ?? [], b, 6)), `${name} of example ${b}`).toBeLessThanOrEqual(1e-13);
      const { params } = module.backward(example(subject.cotangents, b, 6), { dFinalState: example(subject.dFinalState, b, 1) });
      for (const [name, own] of Object.entries(params)) {
        const sum = sums.get(`grad.${name}`);
        own.forEach((value, k) => {
          if (sum !== undefined) sum[k] = (sum[k] ?? NaN) + value;
        });
      }
    }
    expectAllClose(new Map([...whole].filter(([name]) => sums.has(name))), sums, 1e-12);
  });
});

function row<Own extends { readonly length: number; subarray(start: number, end: number): Own }>(values: Own, t: number, steps: number): Own {
  const length = values.length / steps;
  return values.subarray(t * length, (t + 1) * length);
}

/** The rows of one example of four in a sequence. */
function exampleOf(values: ArrayLike<number>, b: number, steps: number): number[] {
  const length = values.length / steps / 4;
  return Array.from({ length: steps }, (_, t) => Array.from({ length }, (__, k) => values[(t * 4 + b) * length + k] ?? NaN)).flat();
}
