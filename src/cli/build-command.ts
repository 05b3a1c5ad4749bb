import { dirname, join, resolve } from 'node:path';
import { buildModules } from './build-modules.js';
import type { BuiltModule, Compile } from './build-modules.js';
import { dumpObserver } from './dump.js';
import { ExitCode } from './exit-code.js';
import { displayPath } from './failure-report.js';
import { findConfiguration } from './find-configuration.js';
import { loadConfiguration, placing } from './load-configuration.js';
import { isCurrent, readPresent, writeChanged } from './output-files.js';
import { startPrinter } from './printer-thread.js';
import { staleDiff } from './stale-file.js';
import type { Terminal } from './terminal.js';

export interface BuildOptions {
  /** Compares, and writes nothing. */
  readonly check?: boolean;
  /** The configuration file, relative to the terminal's folder; the nearest one upwards when left out. */
  readonly config?: string;
  readonly dumpIr?: boolean;
  readonly dumpKernels?: boolean;
  /** Writes WebAssembly kernels beside their modules: their text, and the file to compile. */
  readonly emitWat?: boolean;
}

/**
 * `cellwright build`: compiles the modules of a configuration and writes those files that changed, all or none.
 *
 * @throws UserError, DeclarationError
 */
export async function build(options: BuildOptions, terminal: Terminal, compile?: Compile): Promise<ExitCode> {
  const { folder, print, colors } = terminal;
  const configurationFile = findConfiguration(folder, options.config);
  const [configuration, compileModule] = await Promise.all([loadConfiguration(configurationFile), compile ?? compiler()]);
  const dump = { ir: options.dumpIr === true, kernels: options.dumpKernels === true };
  const modules = await placing(configurationFile, () => buildModules(configuration, compileModule, (name) => dumpObserver(name, dump, terminal), options.emitWat));
  const output = resolve(dirname(configurationFile), configuration.output);
  const files = await readPresent(modules.flatMap((module) => module.files.map(({ name, content }) => ({ path: join(output, name), content }))));
  if (options.check !== true) await writeChanged(files);
  const stale = files.filter((file) => !isCurrent(file));
  const changed = options.check === true ? colors.red('stale    ') : colors.green('written  ');
  for (const module of modules) {
    const paths = module.files.map(({ name }) => join(output, name));
    const state = stale.some(({ path }) => paths.includes(path)) ? changed : colors.dim('unchanged');
    print(`${moduleLine(module)}  ${state}  ${paths.map((path) => displayPath(path, folder)).join(', ')}`);
  }
  if (modules.length > 1) print(moduleLine(totalOf(modules)));
  if (options.check !== true || stale.length === 0) return ExitCode.ok;
  for (const file of stale) {
    print('');
    for (const line of staleDiff(file, displayPath(file.path, folder), colors)) print(line);
  }
  const summary = `${counted(stale.length, 'generated file')} ${stale.length === 1 ? 'is' : 'are'} stale.`;
  terminal.complain(`\n${colors.red(summary)} To renew: cellwright build${options.config === undefined ? '' : ` --config ${options.config}`}`);
  return ExitCode.failed;
}

/** Loads the compiler, and what it prints with on another thread. */
async function compiler(): Promise<Compile> {
  const printer = startPrinter();
  const { compileModule } = await import('../compile.js');
  return (module, observer) => compileModule(module, observer, printer);
}

function moduleLine({ name, bytes, gzipBytes, milliseconds }: Omit<BuiltModule, 'files'>): string {
  return `${name.padEnd(24)} ${kilobytes(bytes)} ${kilobytes(gzipBytes)} gzip ${milliseconds.toFixed(0).padStart(6)} ms`;
}

function totalOf(modules: readonly BuiltModule[]): Omit<BuiltModule, 'files'> {
  const sum = (of: (module: BuiltModule) => number): number => modules.reduce((total, module) => total + of(module), 0);
  return {
    name: counted(modules.length, 'module'),
    bytes: sum(({ bytes }) => bytes),
    gzipBytes: sum(({ gzipBytes }) => gzipBytes),
    milliseconds: sum(({ milliseconds }) => milliseconds),
  };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;
