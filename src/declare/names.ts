import { DeclarationError } from './declaration-error.js';
import { callerLocation } from './location.js';

/** Names that would reach an object's prototype. */
const treacherous = new Set(['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

export const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

/**
 * Checks a name that will stand in generated code. Reserved words pass: they are escaped there.
 * Throws a `DeclarationError`.
 *
 * @param path allows names by path: `dense.W`.
 */
export function checkName(what: string, name: string, definition: string, path = false): void {
  // The types say that it is a string, but the caller may be plain JavaScript.
  const given: unknown = name;
  const segments = typeof given !== 'string' ? [] : path ? given.split('.') : [given];
  if (segments.length > 0 && segments.every((segment) => isIdentifier(segment) && !treacherous.has(segment))) return;
  throw new DeclarationError(
    `${what} ${JSON.stringify(name)} is no usable name: write letters, digits and _, not starting with a digit${path ? '; dots may join several' : ''}`,
    callerLocation(),
    definition,
  );
}
