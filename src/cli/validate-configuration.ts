import type { Configuration, ModuleConfiguration } from '../configuration.js';
import type { CellDefinition } from '../declare/cell.js';
import type { ModelDefinition } from '../declare/model.js';
import type { Graph } from '../graph/graph.js';
import { directionalDerivatives } from '../program/directional.js';

/** Keys and indices from the configuration's root to what is wrong. */
export type ConfigurationPath = readonly (string | number)[];

/** A value that does not belong in a configuration. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    readonly path: ConfigurationPath,
    /** With the name of the field. */
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** How to tell our graphs from those of another copy of the library. */
interface GraphLibrary {
  readonly Graph: typeof Graph;
}

type Definition = CellDefinition | ModelDefinition;
type Fields = Readonly<Record<string, unknown>>;

/** Gives the configuration back when it is one; throws a `ConfigurationError` for the first thing that is wrong. */
export function validateConfiguration(value: unknown, library: GraphLibrary): Configuration {
  const fields = record([], 'the configuration', value);
  checkFieldNames([], fields, { output: true, modules: true });
  const { output, modules } = fields;
  if (typeof output !== 'string' || output.trim() === '') {
    throw new ConfigurationError(['output'], `output is ${describe(output)}; name the folder that modules are written to`);
  }
  if (!Array.isArray(modules) || modules.length === 0) {
    throw new ConfigurationError(['modules'], `modules is ${describe(modules)}; list at least one { definition: … }`);
  }
  modules.forEach((module, index) => {
    validateModule(['modules', index], module, library);
  });
  return value as Configuration;
}

function validateModule(path: ConfigurationPath, value: unknown, library: GraphLibrary): void {
  const fields = record(path, `modules[${String(path[1])}]`, value);
  const fail = (field: keyof ModuleConfiguration, reason: string): never => {
    throw new ConfigurationError([...path, field], reason);
  };
  checkFieldNames(path, fields, moduleFields);
  const definition = asDefinition([...path, 'definition'], fields['definition'], library);
  const own = `${definition.kind} '${definition.name}'`;
  for (const [field, allowed] of Object.entries(choices)) {
    const chosen = fields[field];
    if (chosen !== undefined && !allowed.includes(chosen)) {
      throw new ConfigurationError([...path, field], `${own}: ${field} is ${describe(chosen)}; it is ${allowed.map(describe).join(' or ')}`);
    }
  }
  checkSizes([...path, 'sizes'], fields['sizes'], definition);
  const { batchSize, precision, math, optimizer, forwardOnly, derivatives, fileName } = fields;
  if (batchSize !== undefined && !isSize(batchSize)) fail('batchSize', `${own}: batchSize is ${describe(batchSize)}; a batch is a positive integer`);
  if (math === 'fast' && precision === 'float64') fail('math', `${own}: math 'fast' is accurate to float32 only; use precision 'float32' or math 'exact'`);
  if (optimizer !== undefined) {
    if (!isKind(optimizer, ['optimizer'])) fail('optimizer', `${own}: optimizer is ${describe(optimizer)}; write adam(), sgd() or the like`);
    if (forwardOnly === true) fail('optimizer', `${own}: forwardOnly leaves training out, so it takes no optimizer`);
  }
  if (derivatives !== undefined) {
    const known: readonly unknown[] = directionalDerivatives;
    if (!Array.isArray(derivatives)) fail('derivatives', `${own}: derivatives is ${describe(derivatives)}; list ${known.map(describe).join(' or ')}, or both`);
    for (const each of derivatives as unknown[]) {
      if (!known.includes(each)) fail('derivatives', `${own}: ${describe(each)} is no derivative of a module; there are ${known.map(describe).join(' and ')}`);
    }
    if (forwardOnly === true && (derivatives as unknown[]).includes('hvp')) fail('derivatives', `${own}: forwardOnly leaves gradients out, so it takes no 'hvp'`);
  }
  if (fileName !== undefined && (typeof fileName !== 'string' || !/^[A-Za-z0-9_][\w.-]*$/.test(fileName) || /\.[jt]s$/.test(fileName))) {
    fail('fileName', `${own}: fileName is ${describe(fileName)}; write a name without folder and ending, like 'my-cell'`);
  }
}

const moduleFields = {
  definition: true,
  sizes: true,
  batchSize: true,
  precision: true,
  math: true,
  target: true,
  reproducible: true,
  optimizer: true,
  forwardOnly: true,
  derivatives: true,
  lengths: true,
  batchFirst: true,
  format: true,
  fileName: true,
} satisfies Record<keyof ModuleConfiguration, true>;

const choices = {
  precision: ['float32', 'float64'],
  math: ['exact', 'fast'],
  target: ['typescript', 'wasm'],
  reproducible: [true, false],
  forwardOnly: [true, false],
  lengths: [true, false],
  batchFirst: [true, false],
  format: ['ts', 'js'],
} satisfies Partial<Record<keyof ModuleConfiguration, readonly unknown[]>> as Readonly<Record<string, readonly unknown[]>>;

function asDefinition(path: ConfigurationPath, value: unknown, { Graph }: GraphLibrary): Definition {
  if (!isDefinition(value)) {
    throw new ConfigurationError(path, `definition is ${describe(value)}; give what defineCell or defineModel returned`);
  }
  if (!(graphOf(value) instanceof Graph)) {
    throw new ConfigurationError(path, `${value.kind} '${value.name}' was made by another copy of cellwright; import everything from 'cellwright'`);
  }
  return value;
}

/** Whether a value is what `defineCell` or `defineModel` returned, of this copy of the library or of another. */
export function isDefinition(value: unknown): value is Definition {
  return isKind(value, ['cell', 'model']);
}

/** An instance of `Graph` where the definition was made by this copy of the library. */
export function graphOf(definition: Definition): unknown {
  return definition.kind === 'cell' ? definition.step : definition.graph;
}

function checkSizes(path: ConfigurationPath, value: unknown, { kind, name, dims }: Definition): void {
  if (value === undefined) return;
  const own = `${kind} '${name}'`;
  for (const [dim, size] of Object.entries(record(path, `${own}: sizes`, value))) {
    if (dim === 'T') throw new ConfigurationError([...path, dim], `${own}: the size T is not fixed at build; the module's creator takes maxSteps`);
    if (dim === 'B') throw new ConfigurationError([...path, dim], `${own}: the size B is fixed by batchSize, beside sizes`);
    if (!dims.includes(dim)) throw new ConfigurationError([...path, dim], `${own} has no dim '${dim}'; it has ${dims.join(', ') || 'none'}`);
    if (!isSize(size)) throw new ConfigurationError([...path, dim], `${own}: the size ${dim} is ${describe(size)}; a size is a positive integer`);
  }
}

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function checkFieldNames(path: ConfigurationPath, fields: Fields, known: Readonly<Record<string, true>>): void {
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(known, name)) throw new ConfigurationError([...path, name], `unknown field '${name}'; known are ${Object.keys(known).join(', ')}`);
  }
}

function record(path: ConfigurationPath, what: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigurationError(path, `${what} is ${describe(value)}, not an object`);
  return value as Fields;
}

function isKind(value: unknown, kinds: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' && kinds.includes(value.kind);
}

/** A value as it would be written, where that is short. */
function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return `'${value}'`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? (value.length === 0 ? 'empty' : 'a list') : 'an object';
    case 'number':
    case 'boolean':
      return String(value);
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
  }
}
