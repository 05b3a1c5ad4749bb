import fc from 'fast-check';
import { gruV1, vanillaLstm } from 'cellwright';
import type { CellDefinition } from 'cellwright';
import { it } from 'vitest';
import { randomCell } from '../support/random-cell.js';
import { Random } from '../support/random.js';
import { expectAllClose, largestError } from './close.js';
import { compiled } from './compiled-module.js';
import type { AnyModule, Values } from './compiled-module.js';
import { Subject } from './subject.js';

interface Case {
  readonly seed: number;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  /** Whether sizes, and the batch, are fixed when the module is built. */
  readonly fixed: boolean;
  readonly fixedBatch: boolean;
}

const cases = (largest: Readonly<Record<'B' | 'T' | 'I' | 'H', number>>): fc.Arbitrary<Case> =>
  fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    B: fc.integer({ min: 1, max: largest.B }),
    T: fc.integer({ min: 1, max: largest.T }),
    I: fc.integer({ min: 1, max: largest.I }),
    H: fc.integer({ min: 1, max: largest.H }),
    fixed: fc.boolean(),
    fixedBatch: fc.boolean(),
  });

async function expectSame(definition: CellDefinition, { seed, B, T, I, H, fixed, fixedBatch }: Case): Promise<void> {
  const sizes = { I, H };
  const built = { definition, ...(fixed ? { sizes } : {}), ...(fixedBatch ? { batchSize: B } : {}) };
  // More room than is used, where it can be.
  const created = { ...(fixed ? {} : { sizes }), ...(fixedBatch ? {} : { batchSize: B + (seed % 3) }), maxSteps: T + (seed % 2) };
  const point = new Subject(definition, { ...sizes, T, B }, Float64Array, seed);
  const expected = point.expected();
  const [typescript, wasm] = [await compiled({ ...built, precision: 'float64' }), await compiled({ ...built, target: 'wasm', precision: 'float64' })];
  const reference = typescript.create(created);
  for (const module of [reference, wasm.create(created)]) expectAllClose(point.computed(module), expected, 1e-10);
  const [{ create }, stored] = [await compiled({ ...built, target: 'wasm', math: seed % 2 === 0 ? 'exact' : 'fast' }), await compiled(built)];
  expectFloat32(new Subject(definition, { ...sizes, T, B }, Float32Array, seed), create(created), stored.create(created), reference);
}

/**
 * Of a WebAssembly module in float32 that it is as near to one in float64 as rounding lets it: within four times of what inputs do that
 * are off by half a unit in the last place, or of what rounding costs where only stored values are rounded, as in TypeScript.
 */
function expectFloat32(point: Subject, module: AnyModule, roundedWhenStored: AnyModule, reference: AnyModule): void {
  const compute = (subject: Subject): ReadonlyMap<string, Values> => subject.computed(reference);
  const meant = compute(point.as(Float64Array));
  const sensitivity = point.sensitivity(compute);
  const stored = point.computed(roundedWhenStored);
  expectAllClose(point.computed(module), meant, (name) => 2e-6 + 4 * Math.max(sensitivity.get(name) ?? 0, largestError(stored.get(name) ?? [], meant.get(name) ?? [])));
}

it('random cells of random sizes are the same in the interpreter, in TypeScript and in WebAssembly', async () => {
  await fc.assert(
    fc.asyncProperty(cases({ B: 9, T: 6, I: 20, H: 20 }), (each) => expectSame(randomCell(new Random(each.seed)), each)),
    { seed: 51, numRuns: 8, endOnFailure: true },
  );
});

it.each([vanillaLstm, gruV1])('$name of large sizes is the same in TypeScript and in WebAssembly', async (definition) => {
  // Products more than 512 deep, forward and back, and sums over more than 128 rows: they are done in blocks.
  const sizes = { I: 390, H: 133 };
  const created = { sizes, batchSize: 33, maxSteps: 5 };
  const point = new Subject(definition, { ...sizes, T: 5, B: 33 }, Float32Array);
  const [typescript, wasm, float32, stored] = [await compiled({ definition, precision: 'float64' }), await compiled({ definition, target: 'wasm', precision: 'float64' }), await compiled({ definition, target: 'wasm', math: 'fast' }), await compiled({ definition })];
  const reference = typescript.create(created);
  const other = point.as(Float64Array);
  expectAllClose(other.computed(wasm.create(created)), other.computed(reference), 1e-10);
  expectFloat32(point, float32.create(created), stored.create(created), reference);
});
