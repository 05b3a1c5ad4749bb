import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemOf } from './case.js';
import { listReferences, readReference } from './format.js';
import { outcomeOf } from './outcome.js';
import { targetNames, targets } from './targets.js';
import type { Precision, TargetName } from './targets.js';

const files = listReferences(fileURLToPath(new URL('cases/', import.meta.url)));
const references = files.map((path) => ({ path, name: basename(path, '.json'), problem: problemOf(readReference(path)) }));
const cases = references.filter(({ problem }) => problem.kind === 'case');

describe('reference cases in the interpreter', () => {
  it.each(cases)('$name', async ({ path }) => {
    expect(await outcomeOf(path, targets.interpreter, 'f64')).toMatchObject({ status: 'passed' });
  });

  it('leaves out none', () => {
    expect(references.filter(({ problem }) => problem.kind === 'unknown').map(({ name }) => name)).toEqual([]);
  });

  it.each(targetNames)('gives outputs, and gradients by inputs, of exactly zero behind the end of a sequence: %s', async (target) => {
    const problem = cases.find(({ name }) => name.startsWith('31-'))?.problem;
    if (problem?.kind !== 'case') throw new Error('case 31 is missing');
    const results = await targets[target].run(problem, 'f64');
    const { T: steps = 0, B: batch = 0 } = problem.sizes;
    const lengths = problem.values.get('lengths')?.data ?? new Float64Array();
    expect(Math.min(...lengths)).toBeLessThan(steps);
    for (const path of ['outputs', 'grads.x']) {
      const values = results.get(path) ?? new Float64Array();
      const width = values.length / (steps * batch);
      const behind = values.filter((_, k) => Math.floor(k / (batch * width)) >= (lengths[Math.floor(k / width) % batch] ?? 0));
      expect(behind.length).toBe(width * lengths.reduce((total, length) => total + steps - length, 0));
      expect(behind.every((value) => value === 0), path).toBe(true);
    }
  });

  it.each(targetNames)('gives rows of an embedding that no token names a gradient of exactly zero: %s', async (target) => {
    const problem = cases.find(({ name }) => name.startsWith('33-'))?.problem;
    if (problem?.kind !== 'case') throw new Error('case 33 is missing');
    const gradient = (await targets[target].run(problem, 'f64')).get('grads.embed.E') ?? new Float64Array();
    const { D: width = 0, V: rows = 0 } = problem.sizes;
    const used = new Set(problem.values.get('tokens')?.data);
    const zeroRows = Array.from({ length: rows }, (_, row) => row).filter((row) =>
      gradient.subarray(row * width, (row + 1) * width).every((value) => value === 0),
    );
    expect(zeroRows).toEqual(Array.from({ length: rows }, (_, row) => row).filter((row) => !used.has(row)));
    expect(zeroRows.length).toBeGreaterThan(0);
  });
});

const compiled: readonly (readonly [TargetName, Precision])[] = [
  ['typescript', 'f64'],
  ['wasm', 'f64'],
  ['wasm', 'f32'],
];

describe.each(compiled)('reference cases and traces in %s, %s', (target, precision) => {
  it.each(references)('$name', async ({ path }) => {
    expect(await outcomeOf(path, targets[target], precision)).toMatchObject({ status: 'passed' });
  });
});
