import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { BuildOptions } from './build-command.js';
import type { CheckCommandOptions } from './check-command.js';
import { ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

const exitCodes = `
Exit status: 0 all is well, 1 a file is stale or a check failed, 2 a mistake in the arguments, the configuration or a
declaration (nothing is written), 3 a defect of cellwright.`;

/** Runs one command line, without the program's own name, and gives the exit status; never throws. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = new Command('cellwright')
    .description('Compiles the equations of recurrent cells into typed TypeScript modules.')
    .version(version())
    .addHelpText('after', exitCodes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => { terminal.print(text.trimEnd()); },
      writeErr: (text) => { terminal.complain(text.trimEnd()); },
      getOutHasColors: () => terminal.colors.isColorSupported,
      getErrHasColors: () => terminal.colors.isColorSupported,
    });

  program
    .command('build')
    .description('writes the modules that a configuration asks for; files that would not change are left alone')
    .option('--check', 'write nothing; fail with a diff when a file is stale')
    .option('--config <file>', 'the configuration; otherwise the nearest cellwright.config.ts (or .js, .mjs) upwards')
    .option('--dump-ir', 'print the graph after each pass, with the time it took')
    .option('--dump-kernels', 'print the kernels that code is emitted from')
    .option('--emit-wat', 'write WebAssembly kernels beside their modules, as text and encoded')
    .addHelpText('after', `
Example:
  $ cellwright build
  $ cellwright build --check --config cells/cellwright.config.ts`)
    .action(async (options: BuildOptions) => {
      const { build } = await import('./build-command.js');
      exitCode = await build(options, terminal);
    });

  program
    .command('check')
    .description('compares what is generated for cells and models with the interpreter, and their derivatives with differences')
    .argument('<file>', 'a TypeScript or JavaScript module that exports them')
    .option('--export <name>', 'check this export only')
    .option('--size <dim=size>', 'a size, of a dim or of T or B; may be repeated (default: small, all different)', collect, [])
    .option('--seed <integer>', 'of the values drawn', '1')
    .addHelpText('after', `
Example:
  $ cellwright check src/cells/my-cell.ts
  $ cellwright check src/cells/my-cell.ts --export myCell --size H=5 --size I=3 --seed 7`)
    .action(async (file: string, options: CheckCommandOptions) => {
      const { check } = await import('./check-command.js');
      exitCode = await check(file, options, terminal);
    });

  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.userError;
    const { reportFailure } = await import('./failure-report.js');
    return reportFailure(error, terminal);
  }
}

const collect = (value: string, known: string[]): string[] => [...known, value];

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
