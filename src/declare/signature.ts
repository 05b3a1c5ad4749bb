import type { Dtype } from '../graph/node.js';
import { DeclarationError } from './declaration-error.js';
import type { Declaration } from './declaration.js';
import type { Expression, Shape } from './expression.js';
import { callerLocation } from './location.js';

/** A shape, or a shape with a dtype for inputs that are indices. */
export type InputSpecification<D extends string = string> =
  | readonly (D | number)[]
  | { readonly shape: readonly (D | number)[]; readonly dtype: 'index' };

/** The shape in an input's specification. */
export type ShapeOf<Specification> = Specification extends Shape
  ? Specification
  : Specification extends { readonly shape: infer S extends Shape }
    ? S
    : never;

/** One expression for each name, of the shape that its specification gives. */
export type ExpressionsOf<Specifications> = {
  readonly [K in keyof Specifications]: Expression<ShapeOf<Specifications[K]>>;
};

/** The shape and dtype that a specification stands for; real unless it says otherwise. */
export function inputType(specification: InputSpecification): { shape: Shape; dtype: Dtype } {
  return 'shape' in specification
    ? { shape: specification.shape, dtype: specification.dtype }
    : { shape: specification, dtype: 'real' };
}

/** Throws when the signature lacks one of the records that it must have; the types forbid that, but not in JavaScript. */
export function checkSignature(definition: string, signature: unknown, members: readonly string[]): void {
  const given: Readonly<Record<string, unknown>> = typeof signature === 'object' ? { ...signature } : {};
  const missing = members.find((member) => typeof given[member] !== 'object' || given[member] === null);
  if (missing !== undefined) {
    throw new DeclarationError(
      `the signature has no '${missing}'; it needs ${members.join(', ')}`,
      callerLocation(),
      definition,
    );
  }
}

/** What the user's function returned; throws when it lacks one of the records that it must have. */
export function checkReturned<Result extends object>(
  declaration: Declaration,
  result: Result,
  members: readonly (keyof Result & string)[],
): Result {
  for (const member of members) {
    const value: unknown = (result as Result | undefined)?.[member];
    if (typeof value !== 'object' || value === null) {
      throw declaration.error(
        `the function returns no '${member}'; it returns { ${members.map((name) => `${name}: { … }`).join(', ')} }`,
      );
    }
  }
  return result;
}

/** Throws for a name that is no identifier, and where the equations are no function. */
export function checkCallable(declaration: Declaration, name: string, equations: unknown): void {
  declaration.checkDefinitionName(name);
  if (typeof equations !== 'function') throw declaration.error('the equations are given as a function');
}
