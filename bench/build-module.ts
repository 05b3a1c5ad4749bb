import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { compileModule } from 'cellwright/compiler';
import type { CellDefinition, ModelDefinition, OptimizerDefinition } from 'cellwright';
import { build } from 'esbuild';
import { moduleNames } from '../src/emit/typescript/module-names.js';
import type { ModuleOrder } from './case-process.js';

export const targets = ['typescript', 'wasm'] as const;
export type Target = (typeof targets)[number];

/** How all modules of a run are built. */
export interface BuildOptions {
  readonly precision: 'float32' | 'float64';
  readonly math: 'exact' | 'fast';
}

export interface BuiltModule extends ModuleOrder {
  readonly buildMs: number;
  /** Of the JavaScript as generated. */
  readonly bytes: number;
  /** Of what a bundler makes of the creator, minified and compressed. */
  readonly gzipBytes: number;
}

/** A definition for one target, with the sizes that are fixed at build. */
export interface BuildRequest extends BuildOptions {
  readonly definition: CellDefinition | ModelDefinition;
  readonly target: Target;
  readonly sizes?: Readonly<Record<string, number>>;
  readonly batchSize?: number;
  readonly forwardOnly?: boolean;
  readonly optimizer?: OptimizerDefinition;
}

/** Compiles a module as JavaScript into a folder of its own. Throws what the compiler throws. */
export async function buildModule(folder: string, request: BuildRequest): Promise<BuiltModule> {
  const { definition, target, sizes, ...others } = request;
  const wanted = { definition, target, format: 'js' as const, ...(sizes && { sizes }), ...others };
  const start = performance.now();
  const { files, kernels } = await compileModule(wanted);
  const buildMs = performance.now() - start;
  const source = files.find(({ name }) => name.endsWith('.js'));
  if (source === undefined) throw new Error(`no JavaScript was made of '${definition.name}'`);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  const file = join(folder, source.name);
  const { create, initialize } = moduleNames(definition.name);
  const functions = [...(kernels?.text ?? '').matchAll(/\(func \$(\w+)/g)].flatMap(([, own]) => own ?? []);
  return { target, file, create, initialize, functions, buildMs, bytes: Buffer.byteLength(source.text), gzipBytes: await shippedBytes(file, create) };
}

async function shippedBytes(file: string, create: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${create} } from ${JSON.stringify(file)};`, resolveDir: '.' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(0)).length;
}
