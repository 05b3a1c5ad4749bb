import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listReferences, readReference } from './format.js';
import { outcomeOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { targets } from './targets.js';

type Json = Record<string, unknown>;

const original = readFileSync(fileURLToPath(new URL('cases/01-vanilla-lstm.json', import.meta.url)), 'utf8');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes case 01 after an edit, and gives its path. */
function edited(edit: (file: Json) => void): string {
  const file = JSON.parse(original) as Json;
  edit(file);
  const path = join(folder, 'edited.json');
  writeFileSync(path, JSON.stringify(file));
  return path;
}

function outcome(edit: (file: Json) => void): Promise<Outcome> {
  return outcomeOf(edited(edit), targets.interpreter, 'f64');
}

const member = (object: Json, name: string): Json => object[name] as Json;

describe('readReference', () => {
  it.each<[string, (file: Json) => void, RegExp]>([
    ['a missing size', (file) => delete file['dims'], /dims is no object/],
    ['a tensor of the wrong length', (file) => (member(member(file, 'params'), 'p_i')['data'] = [1]), /params\.p_i .*needs 4 numbers, not 1/],
    ['a text among the numbers', (file) => (member(member(member(file, 'expected'), 'grads'), 'b_z')['data'] = ['1']), /expected\.grads\.b_z/],
    ['another format', (file) => (file['format'] = 2), /format 2/],
    ['an unknown loss', (file) => (file['lossKind'] = 'hinge'), /'hinge'/],
  ])('says where it found %s', (_, edit, message) => {
    const path = edited(edit);
    expect(() => readReference(path)).toThrow(message);
  });

  it('says that a file is no JSON', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{');
    expect(() => readReference(path)).toThrow(/broken\.json is no JSON/);
    rmSync(path);
  });

  it('says that a folder is missing or empty', () => {
    expect(() => listReferences(join(folder, 'nowhere'))).toThrow(/no folder/);
    const empty = mkdtempSync(join(tmpdir(), 'oracle-'));
    expect(() => listReferences(empty)).toThrow(/holds no reference files/);
    rmSync(empty, { recursive: true });
  });
});

describe('outcomeOf', () => {
  it('passes the file as it is', async () => {
    expect(await outcome(() => undefined)).toMatchObject({ status: 'passed' });
  });

  it('fails on a wrong value, and names it', async () => {
    const result = await outcome((file) => {
      const data = member(member(member(file, 'expected'), 'grads'), 'W_f')['data'] as number[];
      data[3] = (data[3] ?? 0) + 1e-6;
    });
    expect(result).toMatchObject({ status: 'failed', problems: [expect.stringMatching(/^grads\.W_f is off by/)] });
  });

  it('fails where the file and the cell have different parameters', async () => {
    const result = await outcome((file) => {
      const params = member(file, 'params');
      params['p_z'] = params['p_i'];
    });
    expect(result).toMatchObject({ status: 'failed', problems: [expect.stringContaining("'p_z'")] });
  });

  it('skips a cell that nobody knows', async () => {
    expect(await outcome((file) => (file['cell'] = 'perpetuum-mobile'))).toMatchObject({
      status: 'skipped',
      reason: "no cell or model 'perpetuum-mobile'",
    });
  });
});
