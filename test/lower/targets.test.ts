import { vanillaLstm } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import type { Kernel, KernelProgram, MapKernel } from '../../src/lower/kernel-program.js';

async function lowered(batchSize: number | undefined): Promise<ReadonlyMap<string, KernelProgram>> {
  const programs = new Map<string, KernelProgram>();
  const definition = { definition: vanillaLstm, sizes: { I: 4, H: 16 }, ...(batchSize !== undefined && { batchSize }) };
  await compileModule(definition, { lowered: (name, program) => programs.set(name, program) });
  return programs;
}

const kernelsOf = (program: KernelProgram | undefined, entry: string): readonly Kernel[] => program?.entries.find(({ name }) => name === entry)?.kernels ?? [];
const loopBody = (kernels: readonly Kernel[]): readonly Kernel[] => kernels.flatMap((kernel) => (kernel.kind === 'loop' ? kernel.body : []));
const written = (kernel: MapKernel, kind: 'store' | 'accumulate'): string[] => kernel.statements.flatMap((each) => (each.kind === kind ? [each.address.buffer.name] : []));

describe('where values are brought', () => {
  it('is where their map computes them, also if the place has no axis for a batch of one', async () => {
    const body = loopBody(kernelsOf((await lowered(1)).get('sequence'), 'backward'));
    expect(body.map(({ kind }) => kind)).toEqual(['map', 'product']);
    const [map] = body;
    // Four biases and three peepholes.
    expect(map?.kind === 'map' && written(map, 'accumulate')).toEqual(Array.from({ length: 7 }, () => 'gradients'));
  });

  it('is two places, where an output is also the next state', async () => {
    const kernels = kernelsOf((await lowered(undefined)).get('step'), 'step');
    const last = kernels.at(-1);
    expect(last?.kind === 'map' && written(last, 'store')).toEqual(['yState', 'y']);
  });
});
