import { performance } from 'node:perf_hooks';
import type { ModuleConfiguration } from './configuration.js';
import { cellModel } from './declare/cell-model.js';
import { emitModule } from './emit/typescript/module.js';
import { ownPrinter } from './emit/typescript/printer.js';
import type { Printer } from './emit/typescript/printer.js';
import type { WasmKernelCode } from './emit/wasm/module-kernels.js';
import { kebabCase } from './emit/typescript/module-names.js';
import type { Graph } from './graph/graph.js';
import type { LoweredProgram } from './lower/lower-program.js';
import { buildPrograms } from './program/build-programs.js';

/** Called after each pass, for `--dump-ir`, and for each program when it is lowered, for `--dump-kernels`. */
export interface CompileObserver {
  afterPass?(program: string, pass: string, graph: Graph, milliseconds: number): void;
  lowered?(program: string, kernels: LoweredProgram, milliseconds: number): void;
  /** Passes to leave out; the results of the module must not change. */
  readonly disabledPasses?: ReadonlySet<string>;
}

export interface CompiledModule {
  /** Files to write, names relative to the output folder. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Of the WebAssembly target. */
  readonly kernels?: WasmKernelCode | undefined;
}

/**
 * Compiles one definition to one module:
 *
 *     definition ─ declare ─▶ sequence graph (one example)
 *                ─ batch, simplify, pack, hoist ─▶ batched graph
 *                ─ differentiate ─▶ forward and backward in one graph ─ simplify, trim, sink ─▶
 *                ─ lower ─▶ kernels and buffers
 *                ─ emit ─▶ TypeScript, with WebAssembly inside where that is the target
 *
 * @throws DeclarationError for mistakes in the definition, RangeError for sizes that do not fit it
 */
export async function compileModule(configuration: ModuleConfiguration, observer: CompileObserver = {}, printer: Printer = ownPrinter): Promise<CompiledModule> {
  const { definition, sizes = {}, batchSize, precision = 'float32', math = 'exact', target = 'typescript', reproducible = false, optimizer, forwardOnly = false, derivatives, lengths = false, batchFirst = false, format = 'ts', fileName } = configuration;
  const model = definition.kind === 'cell' ? cellModel(definition) : definition;
  if (math === 'fast' && precision === 'float64') {
    throw new RangeError(`'${model.name}': fast maths is accurate to float32 only; leave it out for float64`);
  }
  if (forwardOnly && derivatives?.includes('hvp')) throw new RangeError(`'${model.name}': forwardOnly leaves gradients out, so it takes no 'hvp'`);
  if (reproducible && target !== 'wasm') throw new RangeError(`'${model.name}': only the wasm target can be reproducible: exact TypeScript calls the platform's functions`);
  const start = performance.now();
  const programs = buildPrograms(model, {
    sizes,
    batchSize,
    optimizer: forwardOnly ? undefined : optimizer,
    forwardOnly,
    derivatives,
    lengths,
    batchFirst,
    math,
    ...(observer.disabledPasses === undefined ? {} : { disabledPasses: observer.disabledPasses }),
    afterPass: (...event) => observer.afterPass?.(...event),
  });
  const { sequence, step, update, directional } = programs;
  for (const [name, program] of Object.entries({ sequence, step, update, ...Object.fromEntries(directional) })) {
    if (program !== undefined) observer.lowered?.(name, program, performance.now() - start);
  }
  const { text, kernels } = await emitModule(programs, { precision, math, target, reproducible }, printer);
  const name = fileName ?? kebabCase(model.name);
  if (format === 'ts') return { files: [{ name: `${name}.ts`, text }], kernels };
  const { code, declarations } = await printer.javaScript(text);
  return { files: [{ name: `${name}.js`, text: code }, { name: `${name}.d.ts`, text: declarations }], kernels };
}
