import { Command, Option } from 'commander';
import colors from 'picocolors';
import { FormatError, listReferences } from './format.js';
import { outcomeOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { targetNames, targets } from './targets.js';
import type { OracleTarget, Precision, TargetName } from './targets.js';

interface Options {
  readonly target?: TargetName;
  readonly precision: Precision;
  readonly require: readonly string[];
}

/** One file on one target. */
interface Line {
  readonly target: string;
  readonly outcome: Outcome;
}

await new Command('oracle')
  .description('Runs the reference files of a folder and prints by how much the results differ.')
  .argument('<folder>', 'a folder of reference files (*.json)')
  .addOption(new Option('--target <name>', 'what computes; all that have the precision unless stated').choices(targetNames))
  .addOption(new Option('--precision <name>', 'of the numbers').choices(['f64', 'f32']).default('f64'))
  .option('--require <names>', 'cells, cases or traces that must be there and run, with commas between', split, [])
  .action(async (folder: string, options: Options) => {
    try {
      process.exitCode = await run(folder, options);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  })
  .parseAsync();

/** The exit status: 1 when anything failed or something required did not run. */
async function run(folder: string, options: Options): Promise<0 | 1> {
  const { precision } = options;
  const chosen = chosenTargets(options);
  if (chosen === undefined) return 1;
  const files = listReferences(folder);
  const lines: Line[] = [];
  for (const target of chosen) {
    for (const file of files) {
      const outcome = await outcomeOf(file, target, precision);
      lines.push({ target: target.name, outcome });
      print(outcome, `${target.name} ${precision}`);
    }
  }
  const unmet = chosen.flatMap(({ name }) => unmetBy(name, lines, options.require));
  for (const line of unmet) console.log(colors.red(line));
  for (const { name } of chosen.length > 1 ? chosen : []) {
    console.log(`${name}: ${counts(lines.filter(({ target }) => target === name))}`);
  }
  console.log(counts(lines));
  return unmet.length > 0 || lines.some(({ outcome }) => outcome.status === 'failed') ? 1 : 0;
}

/** The targets to run; undefined, after saying why, when the one asked for can't. */
function chosenTargets({ target: asked, precision }: Options): OracleTarget[] | undefined {
  const able = targetNames.map((name) => targets[name]).filter(({ precisions }) => precisions.includes(precision));
  const chosen = able.filter(({ name }) => asked === undefined || name === asked);
  if (chosen.length > 0) return chosen;
  console.error(`the target ${String(asked)} does not compute in ${precision}`);
  return undefined;
}

function print(outcome: Outcome, on: string): void {
  const name = (outcome.names[0] ?? '').padEnd(40);
  switch (outcome.status) {
    case 'passed': {
      const { error, path } = outcome.worst;
      console.log(`${colors.green('passed')}  ${name}  ${on}  worst ${error.toExponential(1)} (${path})`);
      return;
    }
    case 'failed': {
      const [first = '', ...others] = outcome.problems;
      const more = others.length > 0 ? ` (and ${others.length} more)` : '';
      console.log(`${colors.red('failed')}  ${name}  ${on}  ${first}${more}`);
      return;
    }
    case 'skipped':
      console.log(`${colors.yellow('skipped')} ${name}  ${on}  ${outcome.reason}`);
      return;
  }
}

function unmetBy(target: string, lines: readonly Line[], required: readonly string[]): string[] {
  return required.flatMap((name) => {
    const matching = lines.filter((line) => line.target === target && line.outcome.names.includes(name));
    if (matching.length === 0) return [`required but not in the folder: ${name}`];
    const skipped = matching.some(({ outcome }) => outcome.status === 'skipped');
    return skipped ? [`required but skipped on ${target}: ${name}`] : [];
  });
}

function counts(lines: readonly Line[]): string {
  const count = (status: Outcome['status']): number => lines.filter(({ outcome }) => outcome.status === status).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

function split(names: string): string[] {
  return names.split(',').map((name) => name.trim()).filter((name) => name !== '');
}
