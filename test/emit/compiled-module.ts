import { ts } from 'ts-morph';
import { compileModule } from 'cellwright/compiler';
import type { ModuleConfiguration } from 'cellwright';

export type Values = Float32Array | Float64Array;
export type Named = Readonly<Record<string, Values>>;

export interface CallOptions {
  readonly initialState?: Partial<Named> | undefined;
  readonly batchSize?: number;
  readonly lengths?: Int32Array | readonly number[] | undefined;
  readonly accumulate?: boolean;
  readonly carry?: boolean;
}

/** A direction of a derivative. */
export interface Tangents {
  readonly params?: Partial<Named>;
  readonly parameters?: Values;
  readonly inputs?: Partial<Named>;
  readonly initialState?: Partial<Named>;
}

export interface HessianProducts {
  readonly params: Named;
  readonly parameters: Values;
  readonly inputs: Named;
  readonly initialState: Named;
}

type Numbers = Readonly<Record<string, readonly number[]>>;

export interface Checkpoint {
  readonly format: number;
  readonly module: string;
  readonly definition: string;
  readonly parameters: Numbers;
  readonly optimizer?: { readonly name: string; readonly definition: string; readonly stepCount: number; readonly slots: Readonly<Record<string, Numbers>> };
  readonly state?: Numbers;
  readonly fresh?: readonly number[];
}

/** What the methods of any generated module have in common, so that tests can call modules of many definitions. */
export interface AnyModule {
  readonly sizes: Readonly<Record<string, number>>;
  readonly batchSize: number;
  readonly maxSteps: number;
  readonly params: Named;
  readonly parameters: Values;
  readonly grads: Named;
  readonly gradients: Values;
  readonly inputs: Named;
  readonly state: Named;
  forward(inputs: Named, options?: CallOptions): { readonly outputs: Named; readonly finalState: Named };
  backward(cotangents?: Partial<Named>, options?: { readonly dFinalState?: Partial<Named>; readonly accumulate?: boolean }): { readonly params: Named; readonly inputs: Named; readonly initialState: Named };
  evaluate(batch: Named, options?: CallOptions): { readonly loss: number; readonly outputs: Named; readonly finalState: Named };
  valueAndGradient(batch: Named, options?: CallOptions): { readonly loss: number; readonly gradients: Named };
  jvp(inputs: Named, tangents: Tangents, options?: CallOptions): {
    readonly loss?: number;
    readonly outputs: Named;
    readonly finalState: Named;
    readonly tangents: { readonly loss?: number; readonly outputs: Named; readonly finalState: Named };
  };
  /** With cotangents where there is no loss, without where there is one. */
  readonly hvp:
    & ((inputs: Named, cotangents: Partial<Named>, tangents: Tangents, options?: CallOptions & { readonly dFinalState?: Partial<Named> }) => HessianProducts)
    & ((batch: Named, tangents: Tangents, options?: CallOptions) => HessianProducts);
  trainStep(batch: Named, options: CallOptions & { readonly learningRate: number }): { readonly loss: number; readonly gradientNorm: number };
  update(options: { readonly learningRate: number; readonly scale?: number }): { readonly gradientNorm: number };
  step(inputs: Named): Named;
  resetState(rows?: readonly number[]): void;
  packParameters(): void;
  resetTraining(): void;
  save(options?: { readonly state?: boolean }): Checkpoint;
  load(checkpoint: Checkpoint): void;
}

export interface CreateOptions {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly batchSize?: number;
  readonly maxSteps?: number;
  readonly memory?: ArrayBuffer | { readonly buffer: ArrayBuffer };
  readonly module?: object;
}

/** In what the kernels of a module are written: everything else about it is the same. */
export const targets = ['typescript', 'wasm'] as const;
export type Target = (typeof targets)[number];

export interface CompiledModule {
  readonly source: string;
  /** The kernels of the WebAssembly target, encoded. */
  readonly binary: Uint8Array<ArrayBuffer> | undefined;
  readonly create: (options?: CreateOptions) => AnyModule;
  readonly initialize: (module: AnyModule, seed: number) => void;
}

const known = new Map<object, Map<string, Promise<CompiledModule>>>();

/** Compiles a definition and imports the module, as a user's build would. The same configuration is compiled once. */
export function compiled(configuration: ModuleConfiguration): Promise<CompiledModule> {
  const { definition, optimizer, ...others } = configuration;
  // Objects by identity, the rest by value. An optimizer is used with one definition only.
  const own = known.get(optimizer ?? definition) ?? new Map<string, Promise<CompiledModule>>();
  known.set(optimizer ?? definition, own);
  const key = JSON.stringify([definition.name, others]);
  const module = own.get(key) ?? compileAndImport(configuration);
  own.set(key, module);
  return module;
}

async function compileAndImport(configuration: ModuleConfiguration): Promise<CompiledModule> {
  const { files: [file], kernels } = await compileModule(configuration);
  if (file === undefined) throw new Error('no file was made');
  const { create, initialize } = await importSource(javascriptOf(file.text), configuration.definition.name);
  return { source: file.text, binary: kernels?.binary, create, initialize };
}

export function javascriptOf(source: string): string {
  return ts.transpile(source, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 });
}

export async function importSource(javascript: string, definition: string): Promise<Pick<CompiledModule, 'create' | 'initialize'>> {
  const url = `data:text/javascript;base64,${Buffer.from(javascript).toString('base64')}`;
  const found = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  const name = `${definition.charAt(0).toUpperCase()}${definition.slice(1)}`;
  return {
    create: found[`create${name}`] as CompiledModule['create'],
    initialize: found[`initialize${name}`] as CompiledModule['initialize'],
  };
}
