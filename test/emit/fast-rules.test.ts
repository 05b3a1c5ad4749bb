import { add, affine, defineCell, div, mul, tanh } from 'cellwright';
import { describe, expect, it } from 'vitest';
import type { AnyModule } from './compiled-module.js';
import { compiled } from './compiled-module.js';
import { expectAllClose } from './close.js';
import { Subject } from './subject.js';

/** Divides by a constant, and multiplies by zero. */
const thirds = defineCell('thirds', { dims: ['I', 'H'], inputs: { x: ['I'], u: ['H'] }, states: { y: ['H'] } }, ({ x, u, y }) => {
  const yNext = add(div(tanh(affine('', 'H', { W: x, R: y })), 3), mul(u, 0));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

const sizes = { I: 2, H: 3 };
const make = async (math: 'exact' | 'fast', target: 'typescript' | 'wasm'): Promise<{ module: AnyModule; source: string }> => {
  const { create, source } = await compiled({ definition: thirds, math, target, sizes });
  return { module: create({ batchSize: 2, maxSteps: 3 }), source };
};

describe.each(['typescript', 'wasm'] as const)('%s', (target) => {
  it('fast maths takes values to be finite, exact maths does not', async () => {
    const x = new Float32Array(3 * 2 * sizes.I).fill(0.5);
    const u = new Float32Array(3 * 2 * sizes.H).fill(Infinity);
    const y = async (math: 'exact' | 'fast'): Promise<number | undefined> => (await make(math, target)).module.forward({ x, u }).outputs['y']?.[0];
    expect(await y('exact')).toBeNaN();
    expect(await y('fast')).toBe(0);
  });

  it('and agrees with the interpreter where they are', async () => {
    const subject = new Subject(thirds, { ...sizes, T: 3, B: 2 }, Float32Array);
    expectAllClose(subject.computed((await make('fast', target)).module), subject.expected(), 1e-5);
  });
});

it('fast maths divides by no constant', async () => {
  // The equations in comments are as they were written.
  const code = async (math: 'exact' | 'fast'): Promise<string> => (await make(math, 'typescript')).source.replace(/^ *\*.*$/gm, '');
  expect(await code('exact')).toContain(' / 3');
  expect(await code('fast')).not.toContain(' / 3');
});
