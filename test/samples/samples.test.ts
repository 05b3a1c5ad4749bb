import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModuleConfiguration } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { describe, expect, it } from 'vitest';
import { configuration as gruV3 } from './gru-v3/config.js';
import { configuration as leakyIntegrator } from './leaky-integrator/config.js';
import { configuration as rnnTanh } from './rnn-tanh/config.js';
import { configuration as rnnTanhWasm } from './rnn-tanh-wasm/config.js';

/** By folder. `UPDATE_SAMPLES=1` writes `_expected` anew; look at the difference before you commit it. */
const samples: Readonly<Record<string, ModuleConfiguration>> = { 'gru-v3': gruV3, 'leaky-integrator': leakyIntegrator, 'rnn-tanh': rnnTanh, 'rnn-tanh-wasm': rnnTanhWasm };

const folder = fileURLToPath(new URL('.', import.meta.url));
const update = process.env['UPDATE_SAMPLES'] === '1';

it('every sample has a configuration here', () => {
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(samples).sort());
});

describe.each(Object.entries(samples))('the sample %s', (name, configuration) => {
  it('compiles to the files in _expected', async () => {
    const expected = `${folder}${name}/_expected`;
    const compiled = await compileModule(configuration);
    // The text of WebAssembly kernels, as `--emit-wat` writes it.
    const files = [...compiled.files, ...(compiled.kernels === undefined ? [] : [{ name: `${name}.wat`, text: compiled.kernels.text }])];
    if (update) {
      rmSync(expected, { recursive: true, force: true });
      mkdirSync(expected);
      for (const { name: file, text } of files) writeFileSync(`${expected}/${file}`, text);
    }
    expect(readdirSync(expected).sort()).toEqual(files.map((file) => file.name).sort());
    for (const { name: file, text } of files) expect(text, file).toBe(readFileSync(`${expected}/${file}`, 'utf8'));
  });
});
