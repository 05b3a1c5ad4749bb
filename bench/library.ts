import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellModel } from 'cellwright';
import type { CellDefinition } from 'cellwright';
import { cellRegistry, createCell } from '../src/cells/registry.js';
import type { CellName } from '../src/cells/registry.js';
import { productFlops } from '../src/report/cost.js';
import { buildModule, targets } from './build-module.js';
import type { BuildOptions, BuiltModule } from './build-module.js';
import type { CaseAnswer, CaseOrder, ModuleAnswer } from './case-process.js';
import { runChild } from './child.js';
import type { CellMeasurement, LibraryMeasurements } from './library-measurements.js';
import type { Peaks } from './peak/peak-loop.js';
import { reasonOf } from './reason.js';
import type { Shape } from './shape.js';
import type { Effort } from './stopwatch.js';
import type { TimeShares } from './time-shares.js';

export interface LibraryOptions {
  readonly folder: string;
  readonly build: BuildOptions;
  readonly peaks: Peaks;
  readonly quick: boolean;
  readonly skip: (what: string, reason: string) => void;
}

/** Forward and backward at the middle one of the benchmark's shapes. */
const shape: Shape = { T: 50, B: 16, I: 32, H: 64 };
/** Cells over positions do that work at each of them: fewer steps are enough. */
const spatialShape: Shape = { ...shape, T: 5 };
/** Of dims besides I and H. */
const otherSizes: Readonly<Record<string, number>> = { P: 32, K: 3, M: 4, N: 4 };

const reference: CellName = 'vanilla-lstm';
const thorough: Effort = { sampleMs: 5, warmUpMs: 500, samplesMs: 600, leastSamples: 3 };
const quick: Effort = { sampleMs: 2, warmUpMs: 30, samplesMs: 30, leastSamples: 1 };

/**
 * Times each cell of the library in turns with the vanilla LSTM, in one process, so that what disturbs the machine disturbs both; and
 * writes how they compare.
 */
export async function benchLibrary(file: string, options: LibraryOptions): Promise<void> {
  const cells: Record<string, CellMeasurement> = {};
  const [load = 0] = loadavg();
  for (const cell of Object.keys(cellRegistry) as CellName[]) {
    try {
      const measured = await compare(cell, options);
      cells[cell] = measured;
      console.log(`${cell.padEnd(26)} ${targets.map((target) => describe(target, measured)).join('   ')}`);
    } catch (error) {
      options.skip(cell, reasonOf(error));
    }
  }
  const { precision, math } = options.build;
  const measurements: LibraryMeasurements = {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    node: process.versions.node,
    load,
    precision,
    math,
    shape,
    otherSizes,
    quick: options.quick,
    cells,
  };
  writeFileSync(file, `${JSON.stringify(measurements, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 1)}\n`);
}

/**
 * Prints where the time of cells goes, forward and backward, beside the vanilla LSTM: the shares of products, maps and packing, and the
 * rate of the products alone.
 */
export async function profileLibrary(cells: readonly CellName[], options: LibraryOptions): Promise<void> {
  for (const cell of cells.filter((name) => name !== reference)) {
    const { answer, work } = await timeBoth(cell, options, options.quick ? 100 : 1000);
    for (const target of targets) {
      const [own, other] = [timed(answer, `own ${target}`), timed(answer, `reference ${target}`)];
      if (own.shares === undefined || other.shares === undefined) throw new Error(`${cell} was not watched`);
      const rate = (work * other.timing.ms * other.shares.products) / (own.timing.ms * own.shares.products);
      const both = (kind: keyof TimeShares): string => [own, other].map(({ shares }) => percent(shares?.[kind] ?? NaN)).join(' / ');
      console.log(`${cell.padEnd(24)} ${target.padEnd(10)} products ${both('products')} of the time at ${rate.toFixed(2)} of the rate, maps ${both('maps')}, packing ${both('packs')}`);
    }
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(0).padStart(2)} %`;

function describe(target: (typeof targets)[number], { time, rate }: CellMeasurement): string {
  return `${target}: ${time[target].toFixed(2)} of the time, ${rate[target].toFixed(2)} of the rate`;
}

/** Times both as modules of both targets, called `own wasm`, `reference wasm` and so on; `work` is the ratio of their declared products. */
async function timeBoth(cell: CellName, { folder, build, peaks, quick: isQuick }: LibraryOptions, watchMs?: number): Promise<{ answer: CaseAnswer; work: number }> {
  const definition = createCell(cell);
  const own = definition.dims.includes('N') ? spatialShape : shape;
  const modules: BuiltModule[] = [];
  for (const [name, each] of [[cell, definition], [reference, createCell(reference)]] as const) {
    for (const target of targets) {
      const built = await buildModule(join(folder, `library-${name}-${target}`), { ...build, definition: each, target, sizes: sizesOf(each, own) });
      modules.push({ ...built, target: `${name === cell ? 'own' : 'reference'} ${target}` });
    }
  }
  const order: CaseOrder = { pass: 'train', shape: own, modules, peaks, effort: isQuick ? quick : thorough, ...(watchMs === undefined ? {} : { watchMs }) };
  const orderFile = join(folder, `library-${cell}.json`);
  writeFileSync(orderFile, JSON.stringify(order));
  const { outcome, output, errors } = await runChild(process.execPath, [fileURLToPath(new URL('time-case.js', import.meta.url)), orderFile]);
  if (outcome !== 'finished') throw new Error(errors);
  const work = flopsOf(definition, own) / flopsOf(createCell(reference), own);
  return { answer: JSON.parse(output) as CaseAnswer, work };
}

function timed({ modules }: CaseAnswer, name: string): ModuleAnswer & { readonly status: 'timed' } {
  const module = modules.find(({ target }) => target === name);
  if (module?.status !== 'timed') throw new Error(module?.reason ?? `${name} was not timed`);
  return module;
}

async function compare(cell: CellName, options: LibraryOptions): Promise<CellMeasurement> {
  const { answer, work } = await timeBoth(cell, options);
  const msOf = (name: string): number => timed(answer, name).timing.ms;
  const time = perTarget((target) => msOf(`own ${target}`) / (cell === reference ? msOf(`own ${target}`) : msOf(`reference ${target}`)));
  return { time, rate: perTarget((target) => work / time[target]) };
}

const perTarget = (value: (target: (typeof targets)[number]) => number) => ({ typescript: value('typescript'), wasm: value('wasm') });

const sizesOf = ({ dims }: CellDefinition, { I, H }: Shape): Record<string, number> =>
  Object.fromEntries(dims.map((dim) => [dim, { ...otherSizes, I, H }[dim] ?? 1]));

const flopsOf = (cell: CellDefinition, { T, ...own }: Shape): number =>
  productFlops(cellModel(cell).graph).evaluate({ T, ...sizesOf(cell, { T, ...own }) });
