import { add, affine, chrono, defineCell, glorotUniform, heUniform, identity, negated, normal, orthogonal, ones, parameter, sum, tanh, uniform, zeros, filledWith, einsum, mul } from 'cellwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { compiled } from './compiled-module.js';
import type { AnyModule, CompiledModule, Values } from './compiled-module.js';

const definition = defineCell('initialized', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  let total = y;
  for (const [name, initializer] of [['glorot', glorotUniform], ['he', heUniform], ['wide', orthogonal], ['uniform', uniform(-0.25, 0.5)], ['normal', normal(0.1)]] as const) {
    total = add(total, einsum('hi,i->h', parameter(name, ['H', 'I'], initializer), x));
  }
  total = add(total, einsum('ih,i->h', parameter('tall', ['I', 'H'], orthogonal), x));
  total = add(total, einsum('hk,k->h', parameter('square', ['H', 'H'], orthogonal), y));
  for (const [name, initializer] of [['zeros', zeros], ['ones', ones], ['minusZero', filledWith(-0)], ['three', filledWith(3)]] as const) total = add(total, parameter(name, ['H'], initializer));
  const next = tanh(total);
  return { next: { y: next }, outputs: { total: sum(mul(next, next)) } };
});
const sizes = { I: 40, H: 25 };

let module: CompiledModule;
beforeAll(async () => {
  module = await compiled({ definition, precision: 'float64' });
});

function initialized(seed: number): AnyModule {
  const own = module.create({ sizes });
  module.initialize(own, seed);
  return own;
}

const mean = (values: Values, of: (value: number) => number): number => Array.from(values, of).reduce((total, value) => total + value, 0) / values.length;

describe('initialize', () => {
  it('gives the same for the same seed, whatever was there', () => {
    const one = initialized(7);
    const other = module.create({ sizes });
    other.parameters.fill(NaN);
    module.initialize(other, 7);
    expect(other.parameters).toEqual(one.parameters);
  });

  it.each([0, 1, -1, 2 ** 31, 123456789])('gives something else for the seed %s', (seed) => {
    const random = (own: AnyModule) => ['glorot', 'he', 'wide', 'tall', 'square', 'uniform', 'normal'].map((name) => own.params[name] ?? new Float64Array(0));
    const reference = random(initialized(7));
    random(initialized(seed)).forEach((values, k) => {
      const same = values.filter((value, j) => value === reference[k]?.[j]);
      expect(same.length).toBeLessThan(3);
    });
  });

  it.each([0.5, NaN, Infinity])('refuses the seed %s', (seed) => {
    expect(() => initialized(seed)).toThrow(new RangeError(`the seed must be an integer, not ${String(seed)}`));
  });

  it.each([
    ['glorot', -Math.sqrt(6 / 65), Math.sqrt(6 / 65)],
    ['he', -Math.sqrt(6 / 40), Math.sqrt(6 / 40)],
    ['uniform', -0.25, 0.5],
  ])('%s fills its range evenly', (name, low, high) => {
    const values = initialized(3).params[name] ?? new Float64Array(0);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...values)).toBeLessThan(high);
    const width = high - low;
    const quarters = [0, 1, 2, 3].map((q) => values.filter((value) => Math.floor((4 * (value - low)) / width) === q).length);
    for (const count of quarters) expect(Math.abs(count - values.length / 4)).toBeLessThan(60);
  });

  it('normal has the deviation asked for', () => {
    const values = initialized(3).params.normal ?? new Float64Array(0);
    expect(Math.abs(mean(values, (value) => value))).toBeLessThan(0.015);
    expect(Math.sqrt(mean(values, (value) => value ** 2))).toBeCloseTo(0.1, 2);
    expect(mean(values, (value) => value ** 4) / mean(values, (value) => value ** 2) ** 2).toBeGreaterThan(2.5);
  });

  it.each([
    ['wide', 25, 40],
    ['tall', 40, 25],
    ['square', 25, 25],
  ])('%s has orthonormal rows or columns, whichever are fewer', (name, rows, columns) => {
    const values = initialized(3).params[name] ?? new Float64Array(0);
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const element = (vector: number, k: number): number => values[rows <= columns ? vector * columns + k : k * columns + vector] ?? NaN;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let k = 0; k < length; k++) product += element(a, k) * element(b, k);
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-13);
      }
    }
  });

  it('constants are what they are', () => {
    const { params } = initialized(3);
    for (const [name, value] of [['zeros', 0], ['ones', 1], ['minusZero', -0], ['three', 3]] as const) {
      expect(params[name]?.every((own) => Object.is(own, value)), name).toBe(true);
    }
  });

  it('makes the parameters known to step', () => {
    const x = new Float64Array(40).fill(0.1);
    const own = initialized(3);
    const stepped = own.step({ x }).total?.slice();
    expect(stepped).toEqual(own.forward({ x }).outputs.total);
  });
});

it('makes each gate orthogonal by itself, where gates lie in one matrix', async () => {
  const gates = ['z', 'i', 'f', 'o'] as const;
  const stacked = defineCell('stacked', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const [z, i, f, o] = gates.map((gate) => tanh(affine(gate, 'H', { W: x, R: y }, { weights: orthogonal })));
    const next = z === undefined || i === undefined || f === undefined || o === undefined ? y : add(mul(z, i), mul(f, o));
    return { next: { y: next }, outputs: { y: next } };
  });
  const { create, initialize, source } = await compiled({ definition: stacked, precision: 'float64' });
  // The four are one product, so that their rows lie one after the other.
  expect(source).toContain('batch, 4 * H, gatesAt');
  const own = create({ sizes: { I: 3, H: 6 } });
  initialize(own, 4);
  for (const gate of gates) {
    const q = own.params[`R_${gate}`] ?? new Float64Array(0);
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) {
        const product = [0, 1, 2, 3, 4, 5].reduce((total, k) => total + (q[k * 6 + a] ?? NaN) * (q[k * 6 + b] ?? NaN), 0);
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
  }
  expect(own.params['R_z']).not.toEqual(own.params['R_i']);
});

const chronological = defineCell('chronological', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const i = affine('in.i', 'H', { W: x, R: y }, { bias: negated('b_f'), weights: identity(0.5) });
  const next = tanh(mul(i, affine('in.f', 'H', { W: x }, { bias: chrono(20) })));
  return { next: { y: next }, outputs: { y: next } };
});

describe('initializers of memories', () => {
  let own: AnyModule;
  beforeAll(async () => {
    const { create, initialize } = await compiled({ definition: chronological, precision: 'float64' });
    own = create({ sizes: { I: 3, H: 400 } });
    initialize(own, 5);
  });
  const valuesOf = (name: string): Values => own.params[name] ?? new Float64Array(0);

  it('identity is a multiple of the identity, whether square or not', () => {
    for (const [name, columns] of [['in.R_i', 400], ['in.W_i', 3]] as const) {
      expect(Array.from(valuesOf(name), (_, k) => (Math.floor(k / columns) === k % columns ? 0.5 : 0))).toEqual(Array.from(valuesOf(name)));
    }
  });

  it('chrono spreads the powers of its values evenly over the lengths', () => {
    const lengths = Array.from(valuesOf('in.b_f'), Math.exp);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...lengths)).toBeLessThan(19);
    expect(Math.abs(mean(Float64Array.from(lengths), (value) => value) - 10)).toBeLessThan(1);
  });

  it('negated is the negation of a parameter declared later', () => {
    expect(Array.from(valuesOf('in.b_i'), (value) => -value)).toEqual(Array.from(valuesOf('in.b_f')));
  });
});
