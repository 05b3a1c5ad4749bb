import { ts } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { vanillaLstm } from 'cellwright';
import { MathFunctions } from '../../src/emit/typescript/math-functions.js';
import type { MathMode } from '../../src/emit/typescript/math-functions.js';
import { Random } from '../support/random.js';
import { expectAllClose } from './close.js';
import { compiled } from './compiled-module.js';
import { Subject } from './subject.js';

type Function1 = (a: number) => number;
type Name = 'exp' | 'sigmoid' | 'tanh' | 'softplus';

function functionOf(mode: MathMode, name: Name): Function1 {
  const maths = new MathFunctions(mode);
  const own = maths.name(name);
  const source = ts.transpile([...maths.definitions(), `return ${own};`].join('\n'), { target: ts.ScriptTarget.ES2022 });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is the text of the functions that is tested
  return (new Function(source) as () => Function1)();
}

const exact: Readonly<Record<Name, Function1>> = {
  exp: Math.exp,
  sigmoid: (a) => (a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a))),
  tanh: Math.tanh,
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
};

const bits = new DataView(new ArrayBuffer(4));
const fromBits = (pattern: number): number => {
  bits.setUint32(0, pattern);
  return bits.getFloat32(0);
};

/** The distance of neighbouring float32 numbers at a value. */
function ulp(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (exponent - 23);
}

/** Distance from the exact value of the result as float32, in ulp. */
function error(got: number, wanted: number): number {
  const rounded = Math.fround(got);
  if (Object.is(rounded, Math.fround(wanted))) return 0.5;
  return Math.abs(rounded - wanted) / ulp(wanted);
}

function* samples(): Generator<number> {
  const random = new Random(1);
  // Of every binade of float32, subnormal numbers included, and both signs.
  for (let exponent = 0; exponent < 255; exponent++) {
    for (const sign of [0, 0x80000000]) {
      for (let k = 0; k < 400; k++) yield fromBits((sign | (exponent << 23) | Math.floor(random.unit() * 2 ** 23)) >>> 0);
    }
  }
  // The range in which the functions have most of their values.
  for (let k = 0; k < 200_000; k++) yield Math.fround(random.uniform(-110, 110));
  for (let k = 0; k < 100_000; k++) yield Math.fround(random.uniform(-2, 2));
}

/** The largest error over the samples, and where it is. */
function worstOf(own: Function1, wanted: Function1): { worst: number; at: number } {
  let worst = 0;
  let at = 0;
  for (const a of samples()) {
    const found = error(own(a), wanted(a));
    if (!(found <= worst)) {
      worst = found;
      at = a;
    }
  }
  return { worst, at };
}

describe('fast functions', () => {
  it.each(['exp', 'sigmoid', 'tanh'] as const)('%s is within 0.57 ulp over float32', (name) => {
    const { worst, at } = worstOf(functionOf('fast', name), exact[name]);
    expect(worst, `at ${String(at)}`).toBeLessThan(0.57);
  });

  it.each([
    ['exp', [[0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, 0], [NaN, NaN], [89, Infinity], [-104, 0], [-103, 2 ** -149], [1e-45, 1], [88.72283, Math.exp(88.72283)]]],
    ['sigmoid', [[0, 0.5], [-0, 0.5], [Infinity, 1], [-Infinity, 0], [NaN, NaN], [200, 1], [-200, 0], [-88.8, Math.exp(-88.8)]]],
    ['tanh', [[0, 0], [-0, -0], [Infinity, 1], [-Infinity, -1], [NaN, NaN], [1e-45, 1e-45], [-1e-45, -1e-45], [100, 1], [-100, -1]]],
  ] as const)('%s is right at the edges', (name, cases) => {
    const approximate = functionOf('fast', name);
    for (const [a, wanted] of cases) expect(Math.fround(approximate(a)), `${name}(${String(a)})`).toBe(Math.fround(wanted));
  });
});

describe('exact functions', () => {
  it.each(['sigmoid', 'softplus'] as const)('%s neither overflows nor cancels', (name) => {
    const { worst, at } = worstOf(functionOf('exact', name), exact[name]);
    expect(worst, `at ${String(at)}`).toBeLessThan(0.51);
  });
});

it('a module with fast functions agrees with the interpreter to 1e-5', async () => {
  const { create, source } = await compiled({ definition: vanillaLstm, precision: 'float32', math: 'fast' });
  const subject = new Subject(vanillaLstm, { I: 3, H: 5, T: 4, B: 2 }, Float32Array);
  expectAllClose(subject.computed(create({ sizes: { I: 3, H: 5 }, batchSize: 2, maxSteps: 4 })), subject.expected(), 1e-5);
  expect(source).toContain('function exponential(');
  expect(/Math\.tanh/.exec(source)).toBeNull();
});

it('fast functions are refused for float64', async () => {
  await expect(compiled({ definition: vanillaLstm, precision: 'float64', math: 'fast' })).rejects.toThrow('fast maths is accurate to float32 only');
});
