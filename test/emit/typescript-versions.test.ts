import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import oldest from 'typescript-5.0';
import newest from 'typescript';
import { expect, it } from 'vitest';
import { problemsOf } from './type-check.js';
import type { Compiler } from './type-check.js';

const folder = fileURLToPath(new URL('../../generated/', import.meta.url));
const modules = new Map(readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]));

const compilers: readonly (readonly [string, Compiler, string])[] = [
  // Two versions of one API: their enums are different types with the same members.
  ['the oldest TypeScript supported', oldest as unknown as Compiler, '5.0'],
  ['the TypeScript of this repository', newest, newest.versionMajorMinor],
];

it.each(compilers)('the generated modules compile under %s, with strict settings and the library of ES2022 alone', (_, compiler, version) => {
  expect(compiler.version.startsWith(version)).toBe(true);
  expect(modules.size).toBeGreaterThan(10);
  expect(problemsOf(modules, compiler)).toEqual([]);
});
