import { cellModel, convLstm1d, fullPeepholeLstm, vanillaLstm } from 'cellwright';
import type { CellDefinition, ModelDefinition, Sizes } from 'cellwright';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { co2Forecaster } from '../../examples/mauna-loa/model.js';
import * as library from '../../src/cells/index.js';
import type { Graph } from '../../src/graph/graph.js';
import { reads, writes } from '../../src/lower/hazard.js';
import type { Buffer, Kernel, KernelProgram } from '../../src/lower/kernel-program.js';
import { lowerProgram } from '../../src/lower/lower-program.js';
import { planMemory } from '../../src/lower/memory-plan.js';
import { wholeView } from '../../src/lower/view.js';
import { buildPrograms } from '../../src/program/build-programs.js';
import { cellsOf } from '../optimize/cell-graphs.js';
import { gradientOf } from '../support/derivatives.js';
import { randomGraph, randomScanGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';

const hostOf = (plan: ReadonlyMap<Buffer, Buffer>, buffer: Buffer): Buffer => plan.get(buffer) ?? buffer;

/** The kernels in the order in which they run, with three steps of each loop. */
function unrolled(kernels: readonly Kernel[]): Kernel[] {
  return kernels.flatMap((kernel) => (kernel.kind === 'loop' ? [0, 1, 2].flatMap(() => unrolled(kernel.body)) : [kernel]));
}

/** Runs through a program, and gives each buffer that is read after another has been written to the same region. */
function overwritten(program: KernelProgram): string[] {
  const plan = planMemory(program);
  const lost = new Set<Buffer>();
  const found: string[] = [];
  const sharing = program.buffers.filter((buffer) => plan.has(buffer) || [...plan.values()].includes(buffer));
  for (const kernel of unrolled(program.entries.flatMap(({ kernels }) => kernels))) {
    const used = sharing.filter((buffer) => reads(kernel, buffer));
    for (const buffer of used) if (lost.has(buffer)) found.push(buffer.name);
    for (const buffer of sharing.filter((each) => writes(kernel, each))) {
      const others = sharing.filter((other) => other !== buffer && hostOf(plan, other) === hostOf(plan, buffer));
      for (const other of others) {
        lost.add(other);
        if (used.includes(other)) found.push(`${other.name} in the kernel that writes ${buffer.name}`);
      }
      lost.delete(buffer);
    }
  }
  for (const [name, { buffer }] of program.outputs) if (lost.has(buffer)) found.push(`the output ${name}`);
  return found;
}

function programOf(graph: Graph): KernelProgram {
  return lowerProgram({
    graph,
    entries: ['run'],
    entryOfOutput: () => 'run',
    inputs: (buffers) => new Map([...graph.inputs].map(([name, { type }]) => [name, wholeView(buffers.make(name, 'input', type.shape))])),
    targets: () => new Map(),
    reserved: [],
  });
}

function programsOf(definition: CellDefinition | ModelDefinition, sizes: Readonly<Record<string, number>> = {}): KernelProgram[] {
  const model = definition.kind === 'cell' ? cellModel(definition) : definition;
  const { sequence, step, update } = buildPrograms(model, { sizes, forwardOnly: false, optimizer: undefined });
  return [sequence, step, update].flatMap((program) => program ?? []);
}

/** Elements of all regions. */
function length(program: KernelProgram, sizes: Sizes, plan: ReadonlyMap<Buffer, Buffer> = new Map()): number {
  return program.buffers.filter((buffer) => !plan.has(buffer)).reduce((total, { size }) => total + size.evaluate(sizes), 0);
}

describe('buffers that share a region', () => {
  test.each(cellsOf(library))('are never overwritten too soon in %s', (_, cell) => {
    for (const program of programsOf(cell)) expect(overwritten(program)).toEqual([]);
  });

  test.each([
    ['graphs', randomGraph({ loops: 2, nodes: 14 })],
    ['loops', randomScanGraph({ loops: 2 })],
  ] as const)('are never overwritten too soon in gradients of random %s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (f) => { expect(overwritten(programOf(gradientOf(f, new Random(f.seed)).graph))).toEqual([]); }),
      { seed: 51, numRuns: 30, endOnFailure: true },
    );
  });

  test('are of equal size, or of constant sizes of which the host has the largest', () => {
    for (const program of [...programsOf(convLstm1d), ...programsOf(co2Forecaster, { I: 3, H: 32, O: 12 })]) {
      for (const [buffer, host] of planMemory(program)) {
        const room = host.size.minus(buffer.size);
        expect(room.symbols(), `${buffer.name} in ${host.name}`).toEqual([]);
        expect(room.evaluate({})).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('are neither what the caller sees, nor parameters in panels, nor what a later entry reads', () => {
    const [program] = programsOf(vanillaLstm);
    if (program === undefined) throw new Error('there is no program');
    const plan = planMemory(program);
    const regionsOf = (buffers: readonly Buffer[]): Buffer[] => buffers.map((buffer) => hostOf(plan, buffer));
    const kernels = (k: number): readonly Kernel[] => unrolled(program.entries[k]?.kernels ?? []);
    const tape = program.buffers.filter((buffer) => kernels(0).some((each) => writes(each, buffer)) && kernels(1).some((each) => reads(each, buffer)));
    const lasting = [...new Set([...program.outputs.values()].map(({ buffer }) => buffer)), ...program.packs.map(({ panel }) => panel), ...tape];
    expect(tape.length).toBeGreaterThan(0);
    expect(new Set(regionsOf([...new Set(lasting)])).size).toBe(new Set(lasting).size);
  });

  test.each([
    [fullPeepholeLstm, { I: 3, H: 32 }],
    [convLstm1d, { I: 3, H: 32, N: 16, K: 3 }],
    [co2Forecaster, { I: 3, H: 32, O: 12 }],
  ] as const)('make the arena of $name smaller', (definition, own) => {
    const sizes = { ...own, T: 60, B: 16 };
    const [program] = programsOf(definition);
    if (program === undefined) throw new Error('there is no program');
    expect(length(program, sizes, planMemory(program))).toBeLessThan(0.95 * length(program, sizes));
  });
});
