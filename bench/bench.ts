import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vanillaLstm } from 'cellwright';
import type { CellName } from '../src/cells/registry.js';
import { timeBuildCommand } from './build-command.js';
import type { BuildTimes } from './build-command.js';
import { buildModule } from './build-module.js';
import type { BuildOptions, Target } from './build-module.js';
import type { Case } from './cases.js';
import { benchLibrary, profileLibrary } from './library.js';
import { writeMarkdown } from './markdown.js';
import { buildTimesName } from './measurement-name.js';
import { moduleSizes } from './module-table.js';
import { choosePeaks } from './peak/choose-peaks.js';
import { runPeers } from './peers/run-peers.js';
import { milliseconds, printRow } from './print-row.js';
import { quietBy } from './quiet.js';
import type { Quiet } from './quiet.js';
import { reasonOf } from './reason.js';
import type { Row } from './row.js';
import { runCase } from './run-case.js';
import { quick, thorough } from './stopwatch.js';
import { earlierResults, mergedResults, noResults, resultsFile, saveResults, shortNumbers } from './stored-results.js';
import type { Settings, Skipped } from './stored-results.js';

export interface BenchOptions extends BuildOptions {
  readonly quick: boolean;
  readonly only: readonly Case[];
  readonly target: readonly Target[];
  readonly sizes: 'fixed' | 'given';
  readonly peers: boolean;
  /** Seconds for one pass of a peer. */
  readonly peerLimit: number;
  readonly python: string;
  /** Files to write. */
  readonly json?: string;
  readonly markdown?: string;
  /** Whether the tables forget what earlier runs have measured. */
  readonly fresh: boolean;
  /** In place of everything else: each cell of the library beside the vanilla LSTM. */
  readonly cells?: string;
  /** In place of everything else: where the time of these goes. */
  readonly profile?: readonly CellName[];
}

/** How long a pass is watched for where its time goes: some thousand samples. */
const watchMs = 500;

/** Of the repository: this program is in `bench/dist`. */
const root = fileURLToPath(new URL('../..', import.meta.url));

export async function bench(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cellwright-bench-'));
  try {
    // Makes Node take what lies there for ECMAScript modules.
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    await benchIn(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchIn(folder: string, options: BenchOptions): Promise<void> {
  const { precision, sizes, json, markdown } = options;
  // Fast maths is accurate to float32 only.
  const build: BuildOptions = { precision, math: precision === 'float64' ? 'exact' : options.math };
  const effort = options.quick ? quick : thorough;
  const skipped: Skipped[] = [];
  const skip = (what: string, reason: string): void => {
    skipped.push({ what, reason });
    console.log(`skipped ${what}: ${reason}`);
  };
  const settings: Settings = { ...build, node: process.versions.node, cpu: cpus()[0]?.model ?? 'unknown CPU', platform: process.platform, sizes, quick: options.quick };
  const earlier = markdown === undefined ? undefined : options.fresh ? noResults(settings) : earlierResults(resultsFile(markdown, settings), settings);
  const [load = 0] = loadavg();
  console.log(`${settings.cpu}, Node ${settings.node}, ${build.precision}, ${build.math} maths, widths ${sizes}`);
  if (load > 0.5) console.log(`the machine is busy (load ${load.toFixed(1)}): these figures are not worth keeping`);
  const peaks = await choosePeaks(folder, precision, effort);
  const { vector, plain, javaScript, pair } = peaks;
  console.log(`peak in GFLOP/s: ${vector.gflops.toFixed(1)} by ${pair} of 128 bits, ${plain.gflops.toFixed(1)} by mul+add, ${javaScript.gflops.toFixed(1)} by JavaScript\n`);

  const libraryOptions = { folder, build, peaks, quick: options.quick, skip };
  if (options.cells !== undefined) return benchLibrary(options.cells, libraryOptions);
  if (options.profile !== undefined) return profileLibrary(options.profile, libraryOptions);

  const targets = await availableTargets(folder, options.target, build, skip);
  const rows: Row[] = [];
  const add = (more: readonly Row[]): void => {
    rows.push(...more);
    for (const row of more) console.log(printRow(row));
  };
  const told = new Set<string>();
  const tell = (peer: string, text: string): void => {
    if (!told.has(peer)) console.log(`${peer}: ${text}`);
    told.add(peer);
  };
  const quiet: Quiet = options.quick ? () => Promise.resolve() : await quietBy(vector);
  const peerOptions = { folder, quiet, python: options.python, peaks, effort, limitMs: options.peerLimit * 1000, skip, tell };
  for (const each of options.only) {
    const own = await runCase(each, { folder, quiet, targets, build, sizes, peaks, effort, skip, ...(options.quick ? {} : { watchMs }) });
    add(own);
    if (options.peers) add(besideOurs(await runPeers(each, peerOptions), own));
  }
  const modules = await moduleSizes(folder, targets, build);
  console.log('');
  for (const { cell, target, bytes, gzipBytes, forwardOnlyGzipBytes } of modules) {
    console.log(`${cell.padEnd(15)} ${target.padEnd(10)} ${String(bytes)} bytes, shipped ${String(gzipBytes)}, forward only ${String(forwardOnlyGzipBytes)}`);
  }
  const builds = options.quick ? [] : await timeBuilds(folder, targets, quiet, skip);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, shortNumbers, 1)}\n`);
  if (markdown === undefined || earlier === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const dated = <Value>(values: readonly Value[]) => values.map((value) => ({ ...value, date }));
  const results = mergedResults(earlier, { settings, rows: dated(rows), modules: dated(modules), builds: dated(builds), skipped });
  saveResults(resultsFile(markdown, settings), results);
  writeMarkdown(markdown, results);
}

/** With the ratio to the faster of our targets, for each pass. */
function besideOurs(peers: readonly Row[], own: readonly Row[]): Row[] {
  return peers.map((row) => {
    const times = own.filter(({ pass }) => pass === row.pass).map(({ ms }) => ms);
    return times.length === 0 ? row : { ...row, timesOurs: row.ms / Math.min(...times) };
  });
}

type Skip = (what: string, reason: string) => void;

/** Those targets that a small module can be built for. */
async function availableTargets(folder: string, targets: readonly Target[], build: BuildOptions, skip: Skip): Promise<Target[]> {
  const available: Target[] = [];
  for (const target of targets) {
    try {
      await buildModule(join(folder, `probe-${target}`), { ...build, definition: vanillaLstm, target });
      available.push(target);
    } catch (error) {
      skip(target, reasonOf(error));
    }
  }
  return available;
}

async function timeBuilds(folder: string, targets: readonly Target[], quiet: Quiet, skip: Skip): Promise<BuildTimes[]> {
  const times: BuildTimes[] = [];
  for (const target of targets) {
    try {
      await quiet();
      const time = await timeBuildCommand(root, folder, target, 3);
      console.log(`cellwright build, ${target}: one cell ${milliseconds(time.coldMs)}, each further one ${milliseconds(time.furtherMs)}`);
      times.push(time);
    } catch (error) {
      skip(buildTimesName(target), reasonOf(error));
    }
  }
  return times;
}
