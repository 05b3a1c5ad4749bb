import { gruV3, mlstm, vanillaLstm } from 'cellwright';
import type { CellDefinition, ModuleConfiguration } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { afterDifferentiation, beforeDifferentiation } from '../../src/optimize/pipeline.js';
import { expectAllClose } from './close.js';
import type { AnyModule } from './compiled-module.js';
import { importSource, javascriptOf, targets } from './compiled-module.js';
import { Subject } from './subject.js';

const sizes = { I: 2, H: 8 };
const run = { batchSize: 8, maxSteps: 1000 };

async function moduleWithout(configuration: ModuleConfiguration, ...disabledPasses: readonly string[]): Promise<AnyModule> {
  const { files: [file] } = await compileModule(configuration, { disabledPasses: new Set(disabledPasses) });
  const { create } = await importSource(javascriptOf(file?.text ?? ''), configuration.definition.name);
  return create(run);
}

/** What the memory of a module is, in bytes. */
const memoryOf = ({ parameters }: AnyModule): number => parameters.buffer.byteLength;

describe.each(targets)('%s', (target) => {
  const wholePipeline = [...new Set([...beforeDifferentiation, ...afterDifferentiation].map(({ name }) => name))];

  it.each([vanillaLstm, gruV3, mlstm].map((cell) => [cell.name, cell] as const))('a module of %s computes the same without a pass, and without any', async (_, definition) => {
    const configuration = { definition, sizes, target, precision: 'float64' } as const;
    const subject = new Subject(definition, { ...sizes, T: 5, B: 2 }, Float64Array);
    const expected = subject.expected();
    for (const disabled of [['choose-what-to-save'], wholePipeline]) {
      expectAllClose(subject.computed(await moduleWithout(configuration, ...disabled)), expected, 1e-10);
    }
  });

  it('what is computed again takes no memory', async () => {
    const saved = async (definition: CellDefinition): Promise<number> => {
      const configuration = { definition, sizes, target } as const;
      return memoryOf(await moduleWithout(configuration, 'choose-what-to-save')) - memoryOf(await moduleWithout(configuration));
    };
    const steps = run.maxSteps * run.batchSize * Float32Array.BYTES_PER_ELEMENT;
    // Memories of WebAssembly come in pages.
    const page = target === 'wasm' ? 65536 : 1;
    expect(await saved(vanillaLstm)).toBe(0);
    expect(await saved(gruV3)).toBeGreaterThanOrEqual(Math.floor((steps * sizes.H) / page) * page);
    expect(await saved(mlstm)).toBeGreaterThanOrEqual(Math.floor((steps * sizes.H * sizes.H) / page) * page);
  });
});
