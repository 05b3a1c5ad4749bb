import { add, defineCell, defineModel, diagonal, gruV1, npLstm, sequence, stack } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { printGraph } from '../../src/graph/print.js';
import { compiled, targets } from './compiled-module.js';
import { expectAllClose } from './close.js';

/** `y ← a y + x`: with |a| > 1 its derivatives grow from step to step. */
const growing = defineCell('growing', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const next = add(diagonal('a', y), x);
  return { next: { y: next }, outputs: { y: next } };
});
const model = (clipCotangent?: number) =>
  defineModel('clipped', { dims: ['H'], inputs: { x: ['T', 'H'] } }, ({ x }) => ({ outputs: sequence(growing, { x }, clipCotangent === undefined ? {} : { clipCotangent }).outputs }));

const a = [1.5, -2, 0.1];
const x = [[1, 2, 3], [-1, 0.5, 0], [0.25, -1, 2], [1, 1, 1]];
const dY = [[0.5, -0.25, 1], [0, 0.75, -0.5], [1, 0, 0], [0.5, -0.5, 2]];
const start = [0.5, -0.5, 1];

/** The derivatives, unit by unit as on paper. */
function derivatives(bound: number): ReadonlyMap<string, readonly number[]> {
  const clip = (value: number): number => Math.max(-bound, Math.min(bound, value));
  const dx = x.map((row) => row.map(() => 0));
  const da = a.map(() => 0);
  const initial = a.map((factor, h) => {
    const ys = [start[h] ?? NaN];
    for (const row of x) ys.push(factor * (ys.at(-1) ?? NaN) + (row[h] ?? NaN));
    let passed = 0;
    for (let t = x.length - 1; t >= 0; t--) {
      const dNext = passed + (dY[t]?.[h] ?? NaN);
      const row = dx[t];
      if (row !== undefined) row[h] = dNext;
      da[h] = (da[h] ?? NaN) + dNext * (ys[t] ?? NaN);
      passed = clip(factor * dNext);
    }
    return passed;
  });
  return new Map([['a', da], ['x', dx.flat()], ['y', initial]]);
}

describe.each(targets)('in the %s module', (target) => {
  it.each([undefined, 1])('derivatives by the states are clipped at each step: bound %s', async (bound) => {
    const { create } = await compiled({ definition: model(bound), target, precision: 'float64' });
    const module = create({ sizes: { H: 3 }, maxSteps: 4 });
    module.params['a']?.set(a);
    module.forward({ x: Float64Array.from(x.flat()) }, { initialState: { y: Float64Array.from(start) } });
    const { params, inputs, initialState } = module.backward({ y: Float64Array.from(dY.flat()) });
    const found = new Map([['a', params['a'] ?? []], ['x', inputs['x'] ?? []], ['y', initialState['y'] ?? []]]);
    expectAllClose(found, derivatives(bound ?? Infinity), 1e-14);
    expect(derivatives(1)).not.toEqual(derivatives(Infinity));
  });
});

it('holds for the cells of a stack, each state of them, and changes no value', () => {
  const stacked = (clipCotangent: number) => defineModel('stacked', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x: steps }) => ({ outputs: { y: stack([npLstm, gruV1], steps, { clipCotangent }) } }));
  expect(printGraph(stacked(0.5).graph).match(/clipCotangent/g)).toHaveLength(3);
});

it.each([0, -1, NaN, Infinity])('a bound of %d is refused', (bound) => {
  expect(() => model(bound)).toThrow(`clipCotangent must be a positive number, not ${String(bound)}`);
});
