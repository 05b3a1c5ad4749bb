import type { Graph } from './graph/graph.js';
import type { LoweredProgram } from './lower/lower-program.js';
import type { ModuleConfiguration } from './configuration.js';

/** Called after each pass, for `--dump-ir`. */
export interface CompileObserver {
  afterPass?(program: string, pass: string, graph: Graph, milliseconds: number): void;
  lowered?(program: string, kernels: LoweredProgram): void;
}

export interface CompiledModule {
  /** Files to write, names relative to the output folder. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export function compileModule(configuration: ModuleConfiguration, observer: CompileObserver = {}): CompiledModule {
  void configuration;
  void observer;
  return { files: [] };
}
