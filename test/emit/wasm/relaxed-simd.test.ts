import { gruV1, layerNormLstmPerGate, vanillaLstm } from 'cellwright';
import type { CellDefinition } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../../src/emit/wasm/host.js';
import { onHost } from '../../support/wasm-features.js';
import type { Feature } from '../../support/wasm-features.js';
import { expectAllClose } from '../close.js';
import { compiled } from '../compiled-module.js';
import type { CreateOptions, Values } from '../compiled-module.js';
import { Subject } from '../subject.js';

const sizes = { I: 7, H: 21 };
const created = { sizes, batchSize: 5, maxSteps: 8 };
const cells = [vanillaLstm, gruV1];

/** How many multiplications with an addition were rewritten into one instruction, which leaves three `nop`s behind. */
function fusedInstructions(code: Uint8Array): number {
  const [float32, float64] = [0x85, 0x87].map((instruction) => Buffer.from([0xfd, instruction, 2, 1, 1, 1]).toString('latin1'));
  const text = Buffer.from(code).toString('latin1');
  return text.split(float32 ?? '').length + text.split(float64 ?? '').length - 2;
}

interface Run {
  /** The code that the creator compiled. */
  readonly code: Uint8Array;
  readonly values: ReadonlyMap<string, Values>;
}

type Create = (options: CreateOptions) => ReturnType<Awaited<ReturnType<typeof compiled>>['create']>;

/** Makes a module on a host, and runs it there. */
function run(create: Create, subject: Subject, features: readonly Feature[]): Run {
  return onHost(features, () => {
    const { Module } = webAssembly;
    let code = new Uint8Array(0);
    class Recorded extends (Module as unknown as new (bytes: Uint8Array) => object) {
      constructor(bytes: Uint8Array) {
        super(bytes);
        code = Uint8Array.from(bytes);
      }
    }
    Object.assign(webAssembly, { Module: Recorded });
    try {
      return { values: subject.computed(create(created)), code };
    } finally {
      Object.assign(webAssembly, { Module });
    }
  });
}

const forms = [
  { precision: 'float32', math: 'exact', array: Float32Array },
  { precision: 'float32', math: 'fast', array: Float32Array },
  { precision: 'float64', math: 'exact', array: Float64Array },
] as const;
const subjects = cells.flatMap((definition: CellDefinition) => forms.map((form) => ({ name: definition.name, definition, ...form })));

describe.each(subjects)('$name in $precision, $math', ({ definition, precision, math, array }) => {
  const subject = new Subject(definition, { ...sizes, T: 8, B: 5 }, array);

  it('multiplies and adds in one instruction where the host has it, and computes right there too', async () => {
    const { create, source, binary } = await compiled({ definition, target: 'wasm', precision, math });
    const [without, withIt] = [run(create, subject, []), run(create, subject, ['relaxedSimd'])];
    expect(source).toContain('WebAssembly.validate');
    expect(without.code).toEqual(binary);
    expect(fusedInstructions(without.code)).toBe(0);
    expect(fusedInstructions(withIt.code)).toBeGreaterThan(10);
    expect(withIt.code).toHaveLength(without.code.length);
    expect(withIt.values).not.toEqual(without.values);
    const sensitivity = subject.sensitivity();
    const tolerance = precision === 'float64' ? 1e-12 : (name: string) => 1e-6 + 3 * (sensitivity.get(name) ?? 0);
    for (const { values } of [without, withIt]) expectAllClose(values, subject.expected(), tolerance);
  });

  it('has the same bits on both where it is to be reproducible', async () => {
    const { create, source, binary } = await compiled({ definition, target: 'wasm', precision, math, reproducible: true });
    expect(source).not.toContain('validate');
    const [without, withIt] = [run(create, subject, []), run(create, subject, ['relaxedSimd'])];
    expect(without.code).toEqual(binary);
    expect(withIt.code).toEqual(binary);
    expect(withIt.values).toEqual(without.values);
  });
});

it('multiplies and adds by locals whose numbers take several characters', async () => {
  const { create, source, binary } = await compiled({ definition: layerNormLstmPerGate, target: 'wasm', precision: 'float32', math: 'fast' });
  expect(source).toContain('/!(.+?)!/g');
  const subject = new Subject(layerNormLstmPerGate, { ...sizes, T: 8, B: 5 }, Float32Array);
  const [without, withIt] = [run(create, subject, []), run(create, subject, ['relaxedSimd'])];
  expect(without.code).toEqual(binary);
  expect(fusedInstructions(withIt.code)).toBeGreaterThan(10);
  const sensitivity = subject.sensitivity();
  for (const { values } of [without, withIt]) expectAllClose(values, subject.expected(), (name: string) => 1e-6 + 3 * (sensitivity.get(name) ?? 0));
});

describe('products on a host that keeps more sums in registers', () => {
  const all = ['relaxedSimd', 'memory64'] as const;
  const largeSizes = { I: 7, H: 24 };

  it.each(['exact', 'fast'] as const)('have larger tiles, whose sums are others and as near to the exact ones, with %s maths', async (math) => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', math });
    const subject = new Subject(vanillaLstm, { ...sizes, T: 8, B: 5 }, Float32Array);
    const [small, large] = [run(create, subject, ['relaxedSimd']), run(create, subject, all)];
    expect(large.code).toEqual(small.code);
    // Of columns that are left over sums are added up in another order, which these sizes have.
    expect(large.values).not.toEqual(small.values);
    const sensitivity = subject.sensitivity();
    expectAllClose(large.values, subject.expected(), (name: string) => 1e-6 + 3 * (sensitivity.get(name) ?? 0));
  });

  it.each([1, 5])('are right for one row in a module made for %i', async (batchSize) => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm', ...(batchSize === 1 ? { batchSize } : {}) });
    const subject = new Subject(vanillaLstm, { ...largeSizes, T: 8, B: 1 }, Float32Array);
    const sensitivity = subject.sensitivity();
    for (const features of [all, ['relaxedSimd']] as const) {
      const values = onHost(features, () => subject.computed(create({ sizes: largeSizes, batchSize, maxSteps: 8 })));
      expectAllClose(values, subject.expected(), (name: string) => 1e-6 + 3 * (sensitivity.get(name) ?? 0));
    }
  });

  it('are told so by the module, where multiplying and adding are one instruction', async () => {
    const { create } = await compiled({ definition: vanillaLstm, target: 'wasm' });
    // The third number that the kernels read.
    const told = (batchSize: number, features: readonly Feature[]): number | undefined =>
      onHost(features, () => new Int32Array(create({ ...created, batchSize }).parameters.buffer)[2]);
    expect([told(5, all), told(2, all), told(1, all)]).toEqual([2, 2, 1]);
    expect([told(5, ['relaxedSimd']), told(5, ['memory64']), told(5, [])]).toEqual([0, 0, 0]);
  });
});

it('a reproducible module says that it is, and has no instruction of relaxed SIMD', async () => {
  const { files: [file], kernels } = await compileModule({ definition: vanillaLstm, target: 'wasm', reproducible: true });
  expect(file?.text).toContain('the same bits on every host');
  expect(kernels?.text).not.toContain('relaxed');
});

it('TypeScript modules cannot be asked to be reproducible', async () => {
  await expect(compileModule({ definition: vanillaLstm, reproducible: true })).rejects.toThrow(/only the wasm target can be reproducible/);
});
