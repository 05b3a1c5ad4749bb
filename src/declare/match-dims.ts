import { Dim } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import type { CellDefinition } from './cell.js';
import type { DeclarationError } from './declaration-error.js';
import type { Declaration } from './declaration.js';

/** A value given for an input or a state of a cell. */
export interface GivenValue {
  /** The shape that the cell declares. */
  readonly declared: readonly Dim[];
  /** The shape given, for one step; undefined where it is none of one step. */
  readonly got: readonly Dim[] | undefined;
  /** What is wrong, where another shape is wanted. */
  readonly mismatch: (wanted: readonly Dim[]) => DeclarationError;
}

/**
 * What the dims of a cell are where it is used: those given, then those that its values tell, then those called the same.
 *
 * @throws DeclarationError where a value does not match
 */
export function matchDims(declaration: Declaration, cell: CellDefinition, values: readonly GivenValue[], given: Readonly<Record<string, DimLike>>): Map<string, Dim> {
  const found = new Map<string, Dim>();
  for (const [name, source] of Object.entries(given)) {
    if (!cell.dims.includes(name)) {
      throw declaration.error(`the cell '${cell.name}' has no dim '${name}'; it has ${cell.dims.join(', ')}`);
    }
    found.set(name, declaration.dim(`the dim '${name}'`, source));
  }
  for (const { declared, got, mismatch } of values) {
    const fail = (): never => {
      throw mismatch(declared.map((dim) => dim.substitute(found)));
    };
    if (got?.length !== declared.length) return fail();
    for (const [axis, dim] of declared.entries()) {
      const size = got[axis] ?? Dim.one;
      if (cell.dims.includes(dim.key) && !found.has(dim.key)) found.set(dim.key, size);
      else if (!dim.substitute(found).equals(size)) fail();
    }
  }
  for (const name of cell.dims) if (!found.has(name)) found.set(name, Dim.symbol(name));
  declaration.shape(`the cell '${cell.name}'`, [...found.values()]);
  return found;
}
