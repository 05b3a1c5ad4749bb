import type { Dim } from '../../graph/dim.js';
import { dimCode } from './scope.js';

/** The exported names of a module, from the definition's name. */
export interface ModuleNames {
  /** `VanillaLstm`; the names of all its types start with it. */
  readonly type: string;
  readonly create: string;
  readonly initialize: string;
}

/** Types that a module uses: an interface of that name would hide them. */
const usedTypes = new Set(['ArrayBuffer', 'Float32Array', 'Float64Array', 'Omit', 'Partial', 'Record', 'Values']);

export function moduleNames(definition: string): ModuleNames {
  const name = definition.charAt(0).toUpperCase() + definition.slice(1);
  return { type: usedTypes.has(name) ? `${name}_` : name, create: `create${name}`, initialize: `initialize${name}` };
}

/** `vanillaLstm` is `vanilla-lstm`, `gruV1` is `gru-v1`, `convLstm1d` is `conv-lstm1d`. */
export function kebabCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/_/g, '-').toLowerCase();
}

const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

/** A property name, quoted where it has to be. */
export function property(name: string): string {
  return isIdentifier(name) ? name : `'${name}'`;
}

/** How a property is read: `.W_z` or `['dense.W']`. */
export function access(name: string): string {
  return isIdentifier(name) ? `.${name}` : `['${name}']`;
}

/** The same of an object that may be absent: `?.W_z` or `?.['dense.W']`. */
export function optionalAccess(name: string): string {
  return isIdentifier(name) ? `?.${name}` : `?.['${name}']`;
}

/** A property and its value; only once where both are called the same. */
export function field(name: string, value: string): string {
  return name === value ? name : `${property(name)}: ${value}`;
}

/** A shape for a person to read. */
export function shapeText(shape: readonly Dim[]): string {
  const name = (symbol: string): string => (symbol === 'B' ? 'batch' : symbol === 'T' ? 'steps' : symbol);
  return `[${shape.map((dim) => dimCode(dim, name)).join(', ')}]`;
}

/** An object literal: on one line where it is short, else one property per line. */
export function objectLines(head: string, fields: readonly string[], tail: string): string[] {
  if (fields.length === 0) return [`${head}{}${tail}`];
  const line = `${head}{ ${fields.join(', ')} }${tail}`;
  return line.length <= 110 ? [line] : [`${head}{`, ...fields.map((each) => `  ${each},`), `}${tail}`];
}
