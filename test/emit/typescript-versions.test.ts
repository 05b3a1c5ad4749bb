import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import oldest from 'typescript-5.0';
import { expect, it } from 'vitest';
import { problemsOf } from './type-check.js';
import type { Compiler } from './type-check.js';

const folder = fileURLToPath(new URL('../../generated/', import.meta.url));
const modules = new Map(readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]));

it('the generated modules compile under TypeScript 5.0, with strict settings and the library of ES2022 alone', () => {
  expect(oldest.version).toMatch(/^5\.0\./);
  expect(modules.size).toBeGreaterThan(10);
  // Two versions of one API: their enums are different types with the same members.
  expect(problemsOf(modules, oldest as unknown as Compiler)).toEqual([]);
});
