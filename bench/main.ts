import { spawnSync } from 'node:child_process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { isCellName } from '../src/cells/registry.js';
import type { CellName } from '../src/cells/registry.js';
import { bench } from './bench.js';
import type { BenchOptions } from './bench.js';
import { targets } from './build-module.js';
import type { Target } from './build-module.js';
import { selectCases } from './cases.js';

type Options = BenchOptions & { readonly node?: string };

new Command('bench')
  .description('Times generated modules against the peak of this machine, measured in the same run, on one thread.')
  .option('--quick', 'a fast look: short samples, no build times', false)
  .addOption(
    new Option('--only <words>', 'cells (gru-v1), shapes (100x1x4x16) or passes (forward, train, step), with commas between')
      .argParser((words) => parsed(() => selectCases(split(words))))
      .default(selectCases([]), 'all'),
  )
  .addOption(new Option('--target <names>', 'with a comma between').argParser(parseTargets).default(targets, targets.join(',')))
  .addOption(new Option('--sizes <when>', 'widths known at build, or given to the creator').choices(['fixed', 'given']).default('fixed'))
  .addOption(new Option('--math <kind>').choices(['fast', 'exact']).default('fast'))
  .addOption(new Option('--precision <name>').choices(['float32', 'float64']).default('float32'))
  .option('--peers', 'also run the same work by what of bench/package.json is installed, and by PyTorch', false)
  .addOption(new Option('--peer-limit <seconds>', 'for one pass of a peer').argParser(parseSeconds).default(60))
  .option('--python <path>', 'the Python that has PyTorch', 'python3')
  .option('--json <file>', 'write all rows there')
  .option('--markdown <file>', 'write tables there, of this run and of what earlier ones measured besides')
  .option('--fresh', 'forget what earlier runs measured under this version of Node', false)
  .option('--cells <file>', 'in place of all that, time each cell of the library in turns with the vanilla LSTM, and write the ratios there')
  .addOption(new Option('--profile <cells>', 'in place of all that, where the time of these cells goes').argParser(parseCells))
  .option('--node <path>', 'run under another Node')
  .action((options: Options) => {
    if (options.node === undefined) return bench(options);
    benchUnder(options.node);
    return undefined;
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof RangeError ? error.message : error);
    process.exitCode = 1;
  });

/** Runs this very command line by another Node. */
function benchUnder(node: string): void {
  const words = process.argv.slice(1).filter((word, k, all) => word !== '--node' && all[k - 1] !== '--node' && !word.startsWith('--node='));
  const { status, error } = spawnSync(node, words, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
}

function parseTargets(words: string): Target[] {
  return split(words).map((word) => {
    const target = targets.find((name) => name === word);
    if (target === undefined) throw new InvalidArgumentError(`targets are ${targets.join(', ')}`);
    return target;
  });
}

function parseCells(words: string): CellName[] {
  return split(words).map((word) => {
    if (!isCellName(word)) throw new InvalidArgumentError(`there is no cell '${word}' in the library`);
    return word;
  });
}

function parseSeconds(word: string): number {
  const seconds = Number(word);
  if (!(seconds > 0)) throw new InvalidArgumentError('it is a positive number');
  return seconds;
}

function parsed<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error;
  }
}

function split(words: string): string[] {
  return words.split(',').map((word) => word.trim()).filter((word) => word !== '');
}
