import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildModule } from './build-module.js';
import type { BuildOptions, BuiltModule, Target } from './build-module.js';
import type { CaseAnswer, CaseOrder, ModuleAnswer } from './case-process.js';
import type { Case } from './cases.js';
import { runChild } from './child.js';
import { productFlops } from './flops.js';
import { measurementName } from './measurement-name.js';
import { gigaflops } from './peak/peak-loop.js';
import type { Peaks } from './peak/peak-loop.js';
import type { Quiet } from './quiet.js';
import type { ModuleFacts, Row } from './row.js';
import { shapeName } from './shape.js';
import type { Pass } from './shape.js';
import type { Effort, Timing } from './stopwatch.js';
import { reasonOf } from './reason.js';

export interface CaseOptions {
  readonly folder: string;
  readonly targets: readonly Target[];
  readonly build: BuildOptions;
  /** Whether the widths are known at build. A batch of one always is. */
  readonly sizes: 'fixed' | 'given';
  readonly peaks: Peaks;
  /** Waited for before each process. */
  readonly quiet: Quiet;
  readonly effort: Effort;
  /** Milliseconds for which a pass over sequences is watched besides, for where its time goes. */
  readonly watchMs?: number;
  /** Told what can't be measured. */
  readonly skip: (what: string, reason: string) => void;
}

/** Builds the modules of a case and times its passes, each in a process of its own, all targets in turns. */
export async function runCase(each: Case, options: CaseOptions): Promise<Row[]> {
  const modules: BuiltModule[] = [];
  for (const target of options.targets) {
    try {
      modules.push(await buildFor(each, target, options));
    } catch (error) {
      for (const pass of each.passes) options.skip(measurementName(each, pass, target), reasonOf(error));
    }
  }
  const rows: Row[] = [];
  for (const pass of modules.length > 0 ? each.passes : []) {
    const answer = await timePass(each, pass, modules, options);
    for (const module of answer.modules) {
      const built = modules.find(({ target }) => target === module.target);
      if (module.status === 'timed' && built !== undefined) {
        rows.push({ ...rowOf(each, pass, module.target, module.timing, answer, options.peaks), ...factsOf(built, module, options) });
      } else if (module.status === 'failed') {
        options.skip(measurementName(each, pass, module.target), module.reason);
      }
    }
  }
  return rows;
}

function buildFor(each: Case, target: Target, { folder, build, sizes }: CaseOptions): Promise<BuiltModule> {
  const { I, H } = each.shape;
  return buildModule(join(folder, `${each.cell}-${shapeName(each.shape)}-${target}`), {
    ...build,
    definition: each.definition,
    target,
    ...(sizes === 'fixed' ? { sizes: { I, H } } : {}),
    ...(each.shape.B === 1 ? { batchSize: 1 } : {}),
    ...(each.optimizer === undefined ? {} : { optimizer: each.optimizer }),
  });
}

async function timePass(each: Case, pass: Pass, modules: readonly BuiltModule[], options: CaseOptions): Promise<CaseAnswer> {
  const { folder, peaks, effort, watchMs } = options;
  const order: CaseOrder = { pass, shape: each.shape, modules, peaks, effort, ...(watchMs === undefined || each.shape.T === 1 ? {} : { watchMs }) };
  const file = join(folder, `${each.cell}-${shapeName(each.shape)}-${pass}.json`);
  writeFileSync(file, JSON.stringify(order));
  const program = fileURLToPath(new URL('time-case.js', import.meta.url));
  await options.quiet();
  const { outcome, output, errors } = await runChild(process.execPath, [program, file]);
  if (outcome !== 'finished') throw new Error(`${each.cell} ${shapeName(each.shape)} ${pass} fails: ${errors}`);
  return JSON.parse(output) as CaseAnswer;
}

/** What generated modules and peers have in common. */
export function rowOf(
  { cell, definition, layers, shape }: Case,
  pass: Pass,
  target: string,
  timing: Timing,
  { vectorPeak, javaScriptPeak }: Pick<CaseAnswer, 'vectorPeak' | 'javaScriptPeak'>,
  { pair, plain }: Peaks,
): Row {
  const gflops = gigaflops(productFlops(definition, shape, pass), timing.ms);
  return {
    cell,
    target,
    pass,
    ...shape,
    layers,
    ...timing,
    gflops,
    fractionOfPeak: gflops / vectorPeak,
    fractionOfJavaScriptPeak: gflops / javaScriptPeak,
    peakGflops: vectorPeak,
    peakInstructions: pair,
    javaScriptPeakGflops: javaScriptPeak,
    plainPeakGflops: plain.gflops,
    node: process.versions.node,
  };
}

function factsOf(built: BuiltModule, module: ModuleAnswer & { readonly status: 'timed' }, options: CaseOptions): ModuleFacts {
  const { arenaBytes, importMs, createMs, callMs, allocatedBytes } = module.start;
  return {
    ...options.build,
    sizes: options.sizes,
    arenaBytes,
    moduleBytes: built.bytes,
    gzipBytes: built.gzipBytes,
    buildMs: built.buildMs,
    importMs,
    createMs,
    firstCallMs: callMs,
    ...(allocatedBytes === undefined ? {} : { allocatedBytes }),
    ...(module.shares === undefined ? {} : { shares: module.shares }),
  };
}
