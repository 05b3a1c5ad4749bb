import type { Dim } from '../../graph/dim.js';
import { dimCode } from './scope.js';

/** The exported names of a module, from the definition's name. */
export interface ModuleNames {
  /** `VanillaLstm` */
  readonly type: string;
  readonly create: string;
  readonly initialize: string;
}

export function moduleNames(definition: string): ModuleNames {
  const type = definition.charAt(0).toUpperCase() + definition.slice(1);
  return { type, create: `create${type}`, initialize: `initialize${type}` };
}

/** `vanillaLstm` is `vanilla-lstm`, `gruV1` is `gru-v1`, `convLstm1d` is `conv-lstm1d`. */
export function kebabCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/_/g, '-').toLowerCase();
}

/** A property name, quoted where it has to be. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/** How a property is read: `.W_z` or `['dense.W']`. */
export function access(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `['${name}']`;
}

/** Sizes as they are during a call. */
export const duringCall = (symbol: string): string => (symbol === 'B' ? 'batch' : symbol === 'T' ? 'steps' : symbol);

/** Sizes that the arena is made for. */
export const capacity = (symbol: string): string => (symbol === 'B' ? 'batchSize' : symbol === 'T' ? 'maxSteps' : symbol);

export function shapeText(shape: readonly Dim[]): string {
  return `[${shape.map((dim) => dimCode(dim, duringCall)).join(', ')}]`;
}
