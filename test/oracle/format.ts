import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from 'cellwright';

export type TensorMap = ReadonlyMap<string, Tensor>;
export type LossKind = 'cotangent' | 'softmaxCrossEntropy' | 'mse';

/** What the two kinds of reference file share. Sizes and names are the file's own. */
interface Reference {
  /** As in the file's name, without `.json`. */
  readonly name: string;
  readonly id: string;
  readonly cell: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly params: TensorMap;
  /** `x` and other inputs, and the initial states, called like the state with a 0 behind. */
  readonly inputs: TensorMap;
  readonly targets: Tensor | undefined;
  readonly lossKind: LossKind;
  /** By path: `outputs`, `finalState.y`, `loss`, `grads.W_z`; for traces `losses`, `gradNorms`, `finalParams.W_z`, …. */
  readonly expected: TensorMap;
}

/** A cell or model with the values of one forward and one backward pass. */
export interface ReferenceCase extends Reference {
  readonly kind: 'case';
  /** Constants of the cell that are not trained. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tokens: Tensor | undefined;
  /** Cotangents of the outputs and final states, by path as in `expected`; for the loss kind `cotangent`. */
  readonly lossWeights: TensorMap;
  /** The direction in which second-order products and the forward derivative were taken, by parameter. */
  readonly direction: TensorMap | undefined;
}

/** Losses and parameters of a number of full-batch training steps. */
export interface ReferenceTrace extends Reference {
  readonly kind: 'trace';
  readonly steps: number;
  readonly optimizer: { readonly kind: string; readonly lr: number; readonly hyperparameters: Readonly<Record<string, number>> };
  readonly clipNorm: number | undefined;
}

/** A file that is not in the format; says where. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** The reference files of a folder, those that its index lists and any others, in order of name. */
export function listReferences(folder: string): string[] {
  if (!existsSync(folder)) throw new FormatError(`there is no folder ${folder}`);
  const present = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'index.json');
  const index = join(folder, 'index.json');
  const listed = existsSync(index) ? readIndex(index) : [];
  const files = [...new Set([...present, ...listed])].sort();
  if (files.length === 0) throw new FormatError(`the folder ${folder} holds no reference files (*.json)`);
  return files.map((file) => join(folder, file));
}

/** Reads and checks one file. Throws a `FormatError` that names the field. */
export function readReference(path: string): ReferenceCase | ReferenceTrace {
  const file = readObject(path);
  const format = file.number('format');
  if (format !== 1) throw new FormatError(`${path}: format ${format} is not known; this reads format 1`);
  const common = {
    name: file.string('name'),
    id: file.string('id'),
    cell: file.string('cell'),
    sizes: file.numbers('dims'),
    params: file.tensors('params'),
    inputs: file.tensors('inputs'),
    targets: file.has('targets') ? file.tensor('targets') : undefined,
    lossKind: lossKind(file),
  };
  if (file.has('optimizer')) {
    const optimizer = file.object('optimizer');
    return {
      ...common,
      kind: 'trace',
      expected: file.tensors('expected'),
      steps: file.number('steps'),
      clipNorm: file.has('clipNorm') ? file.number('clipNorm') : undefined,
      optimizer: { kind: optimizer.string('kind'), lr: optimizer.number('lr'), hyperparameters: file.numbers('optimizer', ['kind', 'lr']) },
    };
  }
  const second = file.has('secondOrder') ? file.object('secondOrder') : undefined;
  return {
    ...common,
    kind: 'case',
    attributes: file.has('attributes') ? file.object('attributes').fields : {},
    tokens: file.has('tokens') ? file.tensor('tokens') : undefined,
    lossWeights: file.has('lossWeights') ? file.tensors('lossWeights') : new Map(),
    direction: second?.tensors('direction'),
    expected: new Map([...file.tensors('expected'), ...(second === undefined ? [] : secondOrder(file))]),
  };
}

function secondOrder(file: FieldReader): [string, Tensor][] {
  return [...file.tensors('secondOrder', ['notes', 'direction'])].map(([path, tensor]) => [`secondOrder.${path}`, tensor]);
}

function lossKind(file: FieldReader): LossKind {
  const kind = file.string('lossKind');
  if (kind === 'cotangent' || kind === 'softmaxCrossEntropy' || kind === 'mse') return kind;
  throw new FormatError(`${file.path}: lossKind '${kind}' is not known`);
}

function readIndex(path: string): string[] {
  const entries = readObject(path).fields['cases'];
  if (!Array.isArray(entries)) throw new FormatError(`${path}: 'cases' is no list`);
  return entries.map((entry, k) => new FieldReader(path, asRecord(entry, `${path}: cases[${k}]`)).string('file'));
}

function readObject(path: string): FieldReader {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new FormatError(`${path} can't be read`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return new FieldReader(path, asRecord(value, path));
}

/** Takes checked fields out of an object, and says which one is wrong. */
class FieldReader {
  constructor(
    readonly path: string,
    readonly fields: Readonly<Record<string, unknown>>,
    private readonly prefix = '',
  ) {}

  has(name: string): boolean {
    const value = this.fields[name];
    return value !== undefined && value !== null;
  }

  string(name: string): string {
    const value = this.fields[name];
    return typeof value === 'string' ? value : this.fail(name, 'a string');
  }

  number(name: string): number {
    const value = this.fields[name];
    return typeof value === 'number' ? value : this.fail(name, 'a number');
  }

  object(name: string): FieldReader {
    return new FieldReader(this.path, asRecord(this.fields[name], this.where(name)), `${this.prefix}${name}.`);
  }

  numbers(name: string, except: readonly string[] = []): Record<string, number> {
    const inner = this.object(name);
    const keys = Object.keys(inner.fields).filter((key) => !except.includes(key));
    return Object.fromEntries(keys.map((key) => [key, inner.number(key)]));
  }

  tensor(name: string): Tensor {
    const { fields } = this.object(name);
    const { shape, data } = fields;
    if (!isNumbers(shape) || !isNumbers(data)) return this.fail(name, 'a tensor: shape and data are lists of numbers');
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length) return this.fail(name, `a tensor: its shape [${shape.join(', ')}] needs ${elements} numbers, not ${data.length}`);
    return { shape, data: Float64Array.from(data) };
  }

  /** The tensors and numbers of a nested object, by dotted path. */
  tensors(name: string, except: readonly string[] = []): Map<string, Tensor> {
    const inner = this.object(name);
    const found = new Map<string, Tensor>();
    for (const [key, value] of Object.entries(inner.fields)) {
      if (except.includes(key)) continue;
      if (typeof value === 'number') found.set(key, { shape: [], data: Float64Array.of(value) });
      else if (isTensorLike(value)) found.set(key, inner.tensor(key));
      else for (const [path, tensor] of inner.tensors(key)) found.set(`${key}.${path}`, tensor);
    }
    return found;
  }

  private fail(name: string, wanted: string): never {
    throw new FormatError(`${this.where(name)} is not ${wanted}`);
  }

  private where(name: string): string {
    return `${this.path}: ${this.prefix}${name}`;
  }
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError(`${where} is no object`);
  return value as Record<string, unknown>;
}

function isTensorLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
