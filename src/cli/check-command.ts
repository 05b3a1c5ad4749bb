import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CheckResult } from '../check/check-definition.js';
import type { CellDefinition } from '../declare/cell.js';
import type { ModelDefinition } from '../declare/model.js';
import { ExitCode } from './exit-code.js';
import { loadModule } from './load-module.js';
import type { Colors, Terminal } from './terminal.js';
import { UserError } from './user-error.js';
import { graphOf, isDefinition, isSize } from './validate-configuration.js';

export interface CheckCommandOptions {
  /** The one export to check; all cells and models when left out. */
  readonly export?: string;
  /** `H=5` */
  readonly size?: readonly string[];
  readonly seed?: string;
}

type Definition = CellDefinition | ModelDefinition;

/**
 * `cellwright check`: compares the targets and the derivatives of the cells and models that a file exports.
 *
 * @throws UserError, DeclarationError
 */
export async function check(path: string, options: CheckCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const file = resolve(terminal.folder, path);
  const given = parseSizes(options.size ?? []);
  const seed = parseSeed(options.seed ?? '1');
  if (!existsSync(file)) throw new UserError('there is no such file', { file });
  const definitions = await definitionsOf(file, options.export);
  for (const name of Object.keys(given)) {
    if (name !== 'T' && name !== 'B' && !definitions.some(({ dims }) => dims.includes(name))) {
      throw new UserError(`--size ${name}: no dim of ${definitions.map((each) => each.name).join(', ')}; dims are ${[...dimsOf(definitions), 'T', 'B'].join(', ')}`);
    }
  }
  const { checkDefinition } = await import('../check/check-definition.js');
  const results: CheckResult[] = [];
  for (const definition of definitions) {
    const sizes = Object.entries(given).filter(([name]) => name === 'T' || name === 'B' || definition.dims.includes(name));
    const result = await checkDefinition(definition, { sizes: Object.fromEntries(sizes), seed });
    results.push(result);
    for (const line of tableOf(result, terminal.colors)) terminal.print(line);
  }
  return results.every(({ passed }) => passed) ? ExitCode.ok : ExitCode.failed;
}

async function definitionsOf(file: string, wanted: string | undefined): Promise<readonly Definition[]> {
  const exported = Object.entries(await loadModule(file)).filter((entry): entry is [string, Definition] => isDefinition(entry[1]));
  if (exported.length === 0) throw new UserError('the file exports no cell and no model', { file });
  const chosen = wanted === undefined ? exported : exported.filter(([name]) => name === wanted);
  if (chosen.length === 0) {
    throw new UserError(`the file exports no cell or model '${String(wanted)}'; it exports ${exported.map(([name]) => name).join(', ')}`, { file });
  }
  const { Graph } = await import('../graph/graph.js');
  const stranger = chosen.find(([, definition]) => !(graphOf(definition) instanceof Graph));
  if (stranger !== undefined) throw new UserError(`'${stranger[0]}' was made by another copy of cellwright; import everything from 'cellwright'`, { file });
  return [...new Set(chosen.map(([, definition]) => definition))];
}

function dimsOf(definitions: readonly Definition[]): string[] {
  return [...new Set(definitions.flatMap(({ dims }) => dims))];
}

function parseSizes(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', size = ''] = /^([A-Za-z_$][\w$]*)=(.*)$/.exec(text) ?? [];
      if (name === '') throw new UserError(`--size ${text}: write a dim and its size, like --size H=5`);
      if (!/^\d+$/.test(size) || !isSize(Number(size))) throw new UserError(`--size ${text}: a size is a positive integer`);
      return [name, Number(size)];
    }),
  );
}

function parseSeed(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UserError(`--seed ${text}: a seed is an integer of at most ten digits`);
  return Number(text);
}

function tableOf({ name, sizes, seed, rows, gradientMarkers }: CheckResult, { bold, dim, green, red, yellow }: Colors): string[] {
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const error = row.error.toExponential(1).padStart(8);
    const mark = row.passed ? green('✓') : red('✗');
    const place = row.at === '' ? '' : dim(`  ${row.passed ? 'at' : 'worst at'} ${row.at}`);
    return `  ${mark} ${row.name.padEnd(width)}  ${row.passed ? error : red(error)}  ${dim(`≤ ${row.tolerance.toExponential(0)}`)}${place}`;
  });
  const title = `${bold(name)}  ${dim(`${Object.entries(sizes).map(([dimension, size]) => `${dimension}=${String(size)}`).join(' ')}  seed ${String(seed)}`)}`;
  const hint =
    gradientMarkers.length > 0 && rows.some(({ passed }) => !passed)
      ? [yellow(`  ${gradientMarkers.join(' and ')} in ${name} changes gradients on purpose; differences do not know of it.`)]
      : [];
  return [title, ...lines, ...hint, ''];
}
