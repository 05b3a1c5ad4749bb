import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { BuildTimes } from './build-command.js';
import { targets } from './build-module.js';
import type { BuildOptions } from './build-module.js';
import { selectCases } from './cases.js';
import { buildTimesName, measurementName } from './measurement-name.js';
import type { ModuleSize } from './module-table.js';
import type { Row } from './row.js';
import { sameShape } from './shape.js';

/** What all runs under one major version of Node have found: the tables are made of it. */
export interface Results {
  readonly settings: Settings;
  readonly rows: readonly Dated<Row>[];
  readonly modules: readonly Dated<ModuleSize>[];
  readonly builds: readonly Dated<BuildTimes>[];
  readonly skipped: readonly Skipped[];
}

/** What all of these runs have in common. */
export interface Settings extends BuildOptions {
  readonly node: string;
  readonly cpu: string;
  readonly platform: string;
  readonly sizes: 'fixed' | 'given';
  readonly quick: boolean;
}

/** Like 2026-11-30. */
export type Dated<Value> = Value & { readonly date: string };

/** What could not be measured, and why. */
export interface Skipped {
  /** One measurement, a target as a whole, or the build times of one. */
  readonly what: string;
  readonly reason: string;
}

/** Beside `RESULTS.md`: `results/node20.json`. */
export function resultsFile(markdown: string, { node }: Settings): string {
  return join(dirname(markdown), basename(markdown, extname(markdown)).toLowerCase(), `node${node.split('.')[0] ?? ''}.json`);
}

export const noResults = (settings: Settings): Results => ({ settings, rows: [], modules: [], builds: [], skipped: [] });

/**
 * What earlier runs have left in a file; nothing where it does not exist.
 *
 * @throws RangeError where they ran by other settings, because their figures do not compare
 */
export function earlierResults(file: string, settings: Settings): Results {
  if (!existsSync(file)) return noResults(settings);
  const earlier = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const names = Object.keys(settings) as (keyof Settings)[];
  const others = names.filter((name) => earlier.settings[name] !== settings[name]);
  if (others.length > 0) {
    const lines = others.map((name) => `  ${name}: ${String(earlier.settings[name])} there, ${String(settings[name])} here`);
    throw new RangeError([`${file} holds results by other settings; --fresh starts anew`, ...lines].join('\n'));
  }
  return earlier;
}

/** A run takes the place of what earlier ones measured of the same, also where it could not measure it. */
export function mergedResults(earlier: Results, run: Results): Results {
  const failed = new Set(run.skipped.map(({ what }) => what));
  const rows = inOrder(merged(earlier.rows.filter((row) => !failed.has(nameOf(row))), run.rows, nameOf));
  const builds = merged(earlier.builds, run.builds, ({ target }) => target);
  const found = new Set([...rows.flatMap((row) => [nameOf(row), row.target]), ...builds.map(({ target }) => buildTimesName(target))]);
  return {
    settings: run.settings,
    rows,
    modules: merged(earlier.modules, run.modules, ({ cell, target }) => `${cell} ${target}`),
    builds,
    skipped: merged(earlier.skipped, run.skipped, ({ what }) => what).filter(({ what }) => !found.has(what)),
  };
}

const nameOf = (row: Row): string => measurementName({ cell: row.cell, shape: row }, row.pass, row.target);

function merged<Value>(earlier: readonly Value[], run: readonly Value[], keyOf: (value: Value) => string): Value[] {
  return [...new Map([...earlier, ...run].map((value) => [keyOf(value), value])).values()];
}

/** As the benchmark has its cases, our targets before peers; without cases that it has no more. */
function inOrder(rows: readonly Dated<Row>[]): Dated<Row>[] {
  const cases = selectCases([]);
  const caseOf = (row: Row): number => cases.findIndex(({ cell, shape }) => cell === row.cell && sameShape(shape, row));
  const targetOf = (row: Row): number => [...targets, row.target].indexOf(row.target);
  return rows.filter((row) => caseOf(row) >= 0).sort((a, b) => caseOf(a) - caseOf(b) || targetOf(a) - targetOf(b));
}

/** A line for each measurement, so that a difference between two versions can be read. */
export function saveResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  const text = ([name, value]: readonly [string, unknown]): string =>
    `${JSON.stringify(name)}: ${Array.isArray(value) ? `[\n${value.map(jsonLine).join(',\n')}\n]` : jsonLine(value)}`;
  writeFileSync(file, `{\n${Object.entries(results).map(text).join(',\n')}\n}\n`);
}

/** Six digits that count. */
export const shortNumbers = (_: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);

const jsonLine = (value: unknown): string => JSON.stringify(value, shortNumbers);
