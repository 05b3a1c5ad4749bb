import { add, broadcast, concat, defineCell, layerNorm, logSumExp, matrixVector, mul, parameter, sum, slice, softmax, tanh, transpose } from 'cellwright';
import type { CellDefinition } from 'cellwright';
import { describe, expect, test } from 'vitest';
import { expectAllClose, largestError } from '../emit/close.js';
import { compiled } from '../emit/compiled-module.js';
import { Subject } from '../emit/subject.js';

/** Cells whose next state must not overwrite the previous one where something still reads it. */
const cells: readonly CellDefinition[] = [
  defineCell('swapsStates', { dims: ['H'], inputs: { x: ['H'] }, states: { a: ['H'], b: ['H'] } }, ({ x, a, b }) => ({
    next: { a: b, b: a },
    outputs: { y: add(mul(a, x), b) },
  })),
  defineCell('passesStatesOn', { dims: ['H'], inputs: { x: ['H'] }, states: { a: ['H'], b: ['H'], c: ['H'] } }, ({ x, a, b, c }) => ({
    next: { a: tanh(add(x, c)), b: a, c: b },
    outputs: { y: c },
  })),
  defineCell('keepsAState', { dims: ['H'], inputs: { x: ['H'] }, states: { a: ['H'], b: ['H'] } }, ({ x, a, b }) => ({
    next: { a, b: tanh(add(x, mul(a, b))) },
    outputs: { y: b, a },
  })),
  defineCell('nextStatesAreOne', { dims: ['H'], inputs: { x: ['H'] }, states: { a: ['H'], b: ['H'] } }, ({ x, a, b }) => {
    const next = tanh(add(add(x, a), b));
    return { next: { a: next, b: next }, outputs: { y: next, before: a } };
  }),
  defineCell('transposesItsState', { dims: ['H'], inputs: { x: ['H'] }, states: { m: ['H', 'H'] } }, ({ x, m }) => ({
    next: { m: tanh(add(transpose<['H', 'H']>(m), broadcast(x, ['H', 'H']))) },
    outputs: { y: matrixVector(m, x) },
  })),
  defineCell('shiftsItsState', { dims: ['H'], inputs: { x: ['H'] }, states: { s: ['H'] } }, ({ x, s }) => ({
    next: { s: concat<['H']>([slice(s, 1, 'H-1'), slice(tanh(x), 0, 1)]) },
    outputs: { y: s },
  })),
  defineCell('readsTheOldStateLate', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
    const yNext = tanh(add(matrixVector(parameter('W', ['H', 'I']), x), mul(c, y)));
    const cNext = tanh(add(matrixVector(parameter('R', ['H', 'H']), yNext), matrixVector(parameter('Q', ['H', 'H']), y)));
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext } };
  }),
  defineCell('replacesItsStateByAProductOfIt', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const next = add(matrixVector(parameter('R', ['H', 'H']), y), x);
    return { next: { y: next }, outputs: { y: next } };
  }),
  defineCell('normalizesItsState', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'], s: [] } }, ({ x, y, s }) => {
    const weights = softmax(add(y, x));
    const next = layerNorm(add(y, mul(weights, x)));
    return { next: { y: next, s: tanh(add(logSumExp(y), mul(s, sum(y)))) }, outputs: { y: next, weights } };
  }),
];

describe.each(cells)('a cell that $name', (definition) => {
  const sizes = Object.fromEntries(definition.dims.map((dim) => [dim, dim === 'H' ? 5 : 3]));

  test('computes what the interpreter does, gradients included', async () => {
    const { create } = await compiled({ definition, precision: 'float64' });
    const subject = new Subject(definition, { ...sizes, T: 4, B: 3 }, Float64Array);
    expectAllClose(subject.computed(create({ sizes, batchSize: 3, maxSteps: 4 })), subject.expected(), 1e-12);
  });

  test('steps as forward does', async () => {
    const { create } = await compiled({ definition, precision: 'float64' });
    const subject = new Subject(definition, { ...sizes, T: 4, B: 3 }, Float64Array);
    const whole = create({ sizes, batchSize: 3, maxSteps: 4 });
    const stepwise = create({ sizes, batchSize: 3, maxSteps: 1 });
    subject.setParameters(whole);
    subject.setParameters(stepwise);
    const { outputs, finalState } = whole.forward(subject.inputs, { initialState: subject.initialState });
    for (const [name, own] of Object.entries(subject.initialState)) stepwise.state[name]?.set(own);
    for (let t = 0; t < 4; t++) {
      const row = (values: Float32Array | Float64Array): Float32Array | Float64Array => values.subarray((t * values.length) / 4, ((t + 1) * values.length) / 4);
      const found = stepwise.step(Object.fromEntries(Object.entries(subject.inputs).map(([name, own]) => [name, row(own)])));
      for (const [name, own] of Object.entries(outputs)) expect(largestError(found[name] ?? own.fill(NaN), row(own)), `${name} at step ${t}`).toBeLessThanOrEqual(1e-12);
    }
    for (const [name, own] of Object.entries(finalState)) expect(largestError(stepwise.state[name] ?? own.fill(NaN), own), `the state ${name}`).toBeLessThanOrEqual(1e-12);
  });
});
