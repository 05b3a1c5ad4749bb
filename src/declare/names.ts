import { DeclarationError } from './declaration-error.js';
import { callerLocation } from './location.js';

/** Names that would reach an object's prototype. */
const treacherous = new Set(['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

/**
 * Checks a name that will stand in generated code. Reserved words pass: they are escaped there.
 * Throws a `DeclarationError`.
 *
 * @param path allows names by path: `dense.W`.
 */
export function checkName(what: string, name: string, definition: string, path = false): void {
  const segments = path ? name.split('.') : [name];
  const valid = segments.every((segment) => /^[A-Za-z_$][\w$]*$/.test(segment) && !treacherous.has(segment));
  if (valid) return;
  throw new DeclarationError(
    `${what} ${JSON.stringify(name)} is no usable name: write letters, digits and _, not starting with a digit`,
    callerLocation(),
    definition,
  );
}
