import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import type { CompiledModule, CompileObserver } from '../compile.js';
import type { Configuration, ModuleConfiguration } from '../configuration.js';
import { ShapeError } from '../ops/op.js';
import { ConfigurationError } from './validate-configuration.js';

export type Compile = (configuration: ModuleConfiguration, observer: CompileObserver) => CompiledModule | Promise<CompiledModule>;

export interface BuiltModule {
  /** The definition's. */
  readonly name: string;
  readonly files: CompiledModule['files'];
  readonly bytes: number;
  /** After compression by gzip, each file on its own. */
  readonly gzipBytes: number;
  readonly milliseconds: number;
}

/**
 * Compiles every module of a configuration. Nothing is written, so that a mistake in the last one leaves all files as they
 * are.
 *
 * @throws DeclarationError as the compiler does; ConfigurationError for sizes that do not fit, and where two modules have one
 *   file
 */
export async function buildModules(
  { modules }: Configuration,
  compile: Compile,
  observerOf: (name: string) => CompileObserver = () => ({}),
  emitWat = false,
): Promise<BuiltModule[]> {
  const owners = new Map<string, string>();
  const built: BuiltModule[] = [];
  for (const [index, module] of modules.entries()) {
    const { name } = module.definition;
    const start = performance.now();
    const compiled = await compileOne(module, index, compile, observerOf(name));
    const files = emitWat && compiled.kernels !== undefined ? [...compiled.files, kernelFile(compiled, compiled.kernels)] : compiled.files;
    const milliseconds = performance.now() - start;
    for (const { name: file } of files) {
      // Some file systems do not tell apart what differs in case only.
      const owner = owners.get(file.toLowerCase());
      if (owner !== undefined) {
        const field = module.fileName === undefined ? [] : ['fileName'];
        throw new ConfigurationError(['modules', index, ...field], `'${name}' is written to ${file}, and so is '${owner}'; give one of them another fileName`);
      }
      owners.set(file.toLowerCase(), name);
    }
    const bytes = files.map(({ text }) => Buffer.from(text));
    built.push({
      name,
      files,
      bytes: total(bytes.map(({ length }) => length)),
      gzipBytes: total(bytes.map((each) => gzipSync(each, { level: 9 }).length)),
      milliseconds,
    });
  }
  return built;
}

/** The text of a module's kernels, beside the module. */
function kernelFile({ files: [first] }: CompiledModule, text: string): CompiledModule['files'][number] {
  return { name: (first?.name ?? '').replace(/\.[jt]s$/, '.wat'), text };
}

/** Sizes that do not fit the definition show only here, and are a mistake of the configuration's. */
async function compileOne(module: ModuleConfiguration, index: number, compile: Compile, observer: CompileObserver): Promise<CompiledModule> {
  try {
    return await compile(module, observer);
  } catch (error) {
    const isMistake = error instanceof ShapeError || (error instanceof RangeError && !error.message.startsWith('Maximum call stack'));
    if (!isMistake) throw error;
    const { kind, name } = module.definition;
    throw new ConfigurationError(['modules', index, ...(module.sizes === undefined ? [] : ['sizes'])], `${kind} '${name}': ${error.message}`);
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
