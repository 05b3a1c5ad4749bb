import { printShape, sameShape } from '../graph/dim.js';
import type { Declaration } from './declaration.js';
import { besideName } from './initializer.js';

/** Throws for a parameter that starts out as the negation of one that isn't there, has another shape, or is a negation itself. */
export function checkNegations(declaration: Declaration): void {
  for (const { name, shape, initializer, location } of declaration.parameters.values()) {
    if (initializer.kind !== 'negated') continue;
    const of = besideName(name, initializer.of);
    const source = declaration.parameters.get(of);
    const fail = (why: string) => declaration.error(`the parameter '${name}' starts out as the negation of '${of}', ${why}`, location());
    if (source === undefined) throw fail('which is no parameter');
    if (source.initializer.kind === 'negated') throw fail('which is a negation itself');
    if (!sameShape(source.shape, shape)) throw fail(`which is ${printShape(source.shape)}, not ${printShape(shape)}`);
  }
}
