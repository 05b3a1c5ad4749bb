import { Dim } from '../../graph/dim.js';
import type { ValueType } from '../../graph/node.js';
import type { View } from '../../lower/kernel-program.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import type { Programs } from '../../program/build-programs.js';
import { indent } from './map-code.js';
import type { ModuleLayout } from './module-layout.js';
import type { ModuleNames } from './module-names.js';
import type { SizeNames } from './size-names.js';
import { dimCode } from './scope.js';
import type { SymbolNames } from './scope.js';

/** What the parts of a module are made from. */
export interface ModuleContext {
  readonly programs: Programs;
  readonly layout: ModuleLayout;
  readonly names: ModuleNames;
  readonly sizes: SizeNames;
  readonly array: 'Float32Array' | 'Float64Array';
  /** Identifies the definition with its sizes and its precision. */
  readonly hash: string;
  /** The function that packs parameters for `forward`: `packParameters`, unless it may leave out what a single row does without. */
  readonly packsBeforeForward: string;
  /** Entries that have a function for packing what only they read. */
  readonly packingEntries: ReadonlySet<string>;
}

export const bytesPerElement = { Float32Array: 4, Float64Array: 8 } as const satisfies Record<ModuleContext['array'], number>;

export function elementsCode(type: Pick<ValueType, 'shape'>, symbols: SymbolNames): string {
  return dimCode(Dim.product(type.shape), symbols);
}

/** `view(yAt, steps * batch * H)` */
export function viewCode({ layout }: ModuleContext, view: View, type: Pick<ValueType, 'shape'>, symbols: SymbolNames): string {
  return `view(${layout.view(view, symbols)}, ${elementsCode(type, symbols)})`;
}

export const hasEntry = ({ sequence }: Programs, name: string): boolean => sequence.entries.some((entry) => entry.name === name);

export const hasGradients = (programs: Programs): boolean => hasEntry(programs, 'backward') || hasEntry(programs, 'gradient');

/** Whether a module may be trained with one example of one step at a time. */
export function learnsOnline(programs: Programs): boolean {
  return hasGradients(programs) && (programs.batchSize === undefined || programs.batchSize === 1);
}

/** `runForward`, `packForBackward`: the functions of an entry. */
export const runName = (entry: string): string => `run${capitalized(entry)}`;
export const packName = (entry: string): string => (entry === 'forward' || entry === 'step' ? 'packParameters' : `packFor${capitalized(entry)}`);

function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Statements that run an entry. */
export function packed({ packingEntries }: ModuleContext, entry: string): string[] {
  return [...(packingEntries.has(entry) && packName(entry) !== 'packParameters' ? [`${packName(entry)}();`] : []), `${runName(entry)}();`];
}

/** The one element of a scalar. */
export function valueOf({ layout, sizes }: ModuleContext, program: LoweredProgram, name: string): string {
  const view = program.inputs.get(name) ?? program.outputs.get(name);
  if (view === undefined) throw new Error(`the program has no '${name}'`);
  return `arena[${layout.view(view, sizes.duringCall)}]!`;
}

export function method(head: string, body: readonly string[]): string[] {
  return [`${head} {`, ...indent(body), '},'];
}
