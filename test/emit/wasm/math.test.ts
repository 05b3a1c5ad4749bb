import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MathFunction } from '../../../src/ops/op.js';
import type { MathMode } from '../../../src/emit/typescript/math-functions.js';
import { vectorMath } from '../../../src/emit/wasm/math/vector-math.js';
import type { Lane } from '../../../src/emit/wasm/vector-code.js';
import { Random } from '../../support/random.js';
import { turnOff, turnOn } from '../../support/wasm-features.js';
import { approximated, boundOf, float64Functions, powerBounds } from '../../ulp/bounds.js';
import { float64Errors } from '../../ulp/float64-errors.js';
import { functionKernel } from '../../ulp/function-kernel.js';
import { powerErrors } from '../../ulp/power-errors.js';
import { float64Error, references } from '../../ulp/reference.js';
import { float32Error, isBound } from '../../ulp/worst.js';

beforeAll(() => { turnOn('relaxedSimd'); });
afterAll(() => { turnOff('relaxedSimd'); });

const fusions = [false, true];
const forms = [
  { lane: 'f32', mode: 'fast' },
  { lane: 'f32', mode: 'exact' },
  { lane: 'f64', mode: 'exact' },
] as const satisfies readonly { lane: Lane; mode: MathMode }[];

/** Results for some numbers; a number may be rounded when it is stored, so they come back too. */
async function computed(name: MathFunction, lane: Lane, mode: MathMode, fused: boolean, ...operands: readonly (readonly number[])[]) {
  const count = operands[0]?.length ?? 0;
  const length = 4 * Math.ceil(count / 4);
  const kernel = await functionKernel(vectorMath(name, lane, mode), { lane, length, fused, operands: operands.length });
  for (const [slot, values] of operands.entries()) kernel.inputs[slot]?.set(values);
  kernel.run(length);
  return { inputs: kernel.inputs.map((input) => [...input].slice(0, count)), results: [...kernel.output].slice(0, count) };
}

const pattern = new Uint32Array(1);
const single = new Float32Array(pattern.buffer);

function float32Of(bits: number): number {
  pattern[0] = bits;
  return single[0] ?? NaN;
}

/** Of every binade of both signs: its ends, and numbers within; and where the functions have most of their values. */
function float32Samples(): number[] {
  const random = new Random(1);
  const samples: number[] = [];
  for (let exponent = 0; exponent < 256; exponent++) {
    for (const sign of [0, 0x80000000]) {
      const start = sign + exponent * 2 ** 23;
      samples.push(float32Of(start), float32Of(start + 1), float32Of(start + 2 ** 23 - 1));
      for (let k = 0; k < 60; k++) samples.push(float32Of(start + random.integer(0, 2 ** 23 - 1)));
    }
  }
  for (let k = 0; k < 20_000; k++) samples.push(random.uniform(-110, 110), random.uniform(-2, 2));
  return samples;
}

describe.each(approximated)('%s', (name) => {
  const samples = float32Samples();

  it.each(['fast', 'exact'] as const)('keeps its bound in float32, %s', async (mode) => {
    const bound = boundOf(name, 'f32', mode);
    for (const fused of fusions) {
      const { inputs, results } = await computed(name, 'f32', mode, fused, samples);
      for (const [k, a] of (inputs[0] ?? []).entries()) {
        const got = results[k] ?? NaN;
        const exact = float64Functions[name](a);
        if (isBound(bound, a, exact)) {
          const error = float32Error(got, exact);
          if (!(error <= bound.ulp)) expect.fail(`${name}(${String(a)}) is ${String(got)}, ${String(error)} ulp from ${String(exact)}`);
        } else if (bound.fromResult !== undefined && !(got >= 0 && got <= bound.fromResult)) {
          expect.fail(`${name}(${String(a)}) is ${String(got)}, neither 0 nor small`);
        }
      }
    }
  });

  it('keeps its bound in float64', async () => {
    for (const fused of fusions) {
      const { ulp, at } = await float64Errors(name, fused, 800, 7);
      expect(ulp, `at ${String(at)}`).toBeLessThanOrEqual(boundOf(name, 'f64', 'exact').ulp);
    }
  });

  it('is the same as in Math at its limits', async () => {
    const limits = [NaN, Infinity, -Infinity, 0, -0, -1, -1.5];
    for (const { lane, mode } of forms) {
      const { results } = await computed(name, lane, mode, false, limits);
      for (const [k, a] of limits.entries()) {
        const exact = float64Functions[name](a);
        if (Number.isFinite(exact) && exact !== 0) continue;
        // Fast forms, and sines, may lose the sign of a zero.
        const signed = mode === 'exact' && name !== 'sin';
        const got = results[k] ?? NaN;
        expect(signed ? got : got + 0, `${name}(${Object.is(a, -0) ? '-0' : String(a)}) of ${lane}, ${mode}`).toBe(signed ? exact : exact + 0);
      }
    }
  });
});

describe('bounded functions', () => {
  it.each(['tanh', 'sigmoid', 'sin', 'cos'] as const)('%s never exceeds 1', async (name) => {
    const random = new Random(3);
    const samples = Array.from({ length: 10_000 }, (_, k) => (k % 2 === 0 ? random.uniform(-40, 40) : random.uniform(-1e-6, 1e-6) + (k % 16) * (Math.PI / 4)));
    for (const { lane, mode } of forms) {
      for (const fused of fusions) {
        const { results } = await computed(name, lane, mode, fused, [...samples, 1e9, -1e20, 3e38, 1e300]);
        expect(Math.max(...results.map(Math.abs).filter((value) => !Number.isNaN(value)))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('takes sines of large angles as of angles that differ by rounding', async () => {
    const angles = [4e6, -1.3e7, 2 ** 31, 1e10, -3e12];
    for (const name of ['sin', 'cos'] as const) {
      for (const fused of fusions) {
        const { results } = await computed(name, 'f64', 'exact', fused, angles);
        for (const [k, angle] of angles.entries()) {
          expect(Math.abs((results[k] ?? NaN) - float64Functions[name](angle))).toBeLessThan(Math.abs(angle) * 2 ** -52);
        }
      }
    }
  });
});

describe('pow', () => {
  it.each(['f32', 'f64'] as const)('is that of Math for special operands, in %s', async (lane) => {
    const values = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, -2.5, Infinity, -Infinity, NaN, 1e-40, 1e10, -1e10, 1e30, 7, -7, 2 ** 53, 1e300, -1e-300, 5e-324];
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    const { inputs, results } = await computed('pow', lane, 'exact', false, pairs.map(([a]) => a), pairs.map(([, b]) => b));
    for (const [k, got] of results.entries()) {
      const [a = NaN, b = NaN] = inputs.map((input) => input[k]);
      const exact = lane === 'f32' ? Math.fround(a ** b) : a ** b;
      if (Number.isFinite(exact) && exact !== 0) expect(Math.abs(got - exact), `${String(a)}^${String(b)}`).toBeLessThanOrEqual(Math.abs(exact) * 2e-7);
      else expect(got, `${String(a)}^${String(b)}`).toBe(exact);
    }
  });

  it.each(['f32', 'f64'] as const)('keeps its bounds in %s', async (lane) => {
    for (const { ulp, toLogarithm } of powerBounds[lane]) {
      for (const fused of fusions) {
        const worst = await powerErrors(lane, fused, lane === 'f32' ? 20_000 : 200, toLogarithm, 5);
        expect(worst.ulp, `at ${String(worst.at)}`).toBeLessThanOrEqual(ulp);
      }
    }
  });
});

describe('exact functions', () => {
  const values = [0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, 1e-40, -1e-40, 3e9, -3e9, Infinity, -Infinity, NaN];

  it.each(['floor', 'abs', 'sqrt', 'sign'] as const)('%s is that of Math', async (name) => {
    for (const { lane, mode } of forms) {
      const { inputs, results } = await computed(name, lane, mode, false, values);
      const round = (value: number): number => (lane === 'f32' ? Math.fround(value) : value);
      expect(results).toEqual((inputs[0] ?? []).map((a) => round(Math[name](a))));
    }
  });

  it.each(['min', 'max'] as const)('%s is that of Math', async (name) => {
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    for (const { lane, mode } of forms) {
      const { inputs, results } = await computed(name, lane, mode, false, pairs.map(([a]) => a), pairs.map(([, b]) => b));
      expect(results).toEqual(results.map((_, k) => Math[name](inputs[0]?.[k] ?? NaN, inputs[1]?.[k] ?? NaN)));
    }
  });
});

describe('the reference', () => {
  it.each(approximated)('%s agrees with Math to what float64 holds', (name) => {
    const random = new Random(9);
    for (let k = 0; k < 60; k++) {
      const a = name === 'log' ? random.uniform(0.01, 20) : random.uniform(-0.9, 5);
      expect(float64Error(float64Functions[name](a), references[name](a))).toBeLessThan(3);
    }
  });
});
