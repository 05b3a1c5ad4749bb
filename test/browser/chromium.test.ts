import { vanillaLstm } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { largestError } from '../emit/close.js';
import { importSource, javascriptOf } from '../emit/compiled-module.js';
import { findChromium, withPage } from './chromium.js';
import { servePages } from './page-server.js';
import type { Page } from './page-server.js';
import { bundled, compilesForWorker, evaluates, inPage, inWorker, runsCompiled, startsWorker } from './pages.js';
import { runModule } from './run-module.js';
import type { Exports } from './run-module.js';

const scriptsOnly = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";
const withWasm = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

interface Result {
  readonly values?: readonly number[];
  readonly error?: string;
}

const chromium = findChromium();
let results: ReadonlyMap<string, unknown> = new Map();
let expected: readonly number[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  const [typescript, wasm] = await Promise.all((['typescript', 'wasm'] as const).map((target) => compileModule({ definition: vanillaLstm, target, precision: 'float64' })));
  const [typescriptText = '', wasmText = ''] = [typescript, wasm].map((module) => module?.files[0]?.text);
  const { create, initialize } = await importSource(javascriptOf(typescriptText), 'vanillaLstm');
  expected = runModule({ createVanillaLstm: create, initializeVanillaLstm: initialize } as unknown as Exports);
  const worker = async (script: string, generated: string): Promise<Page['files']> => ({ 'page.js': await bundled(startsWorker, generated), 'worker.js': await bundled(script, generated) });
  const pages: Page[] = [
    { name: 'evaluates', policy: withWasm, files: { 'page.js': await bundled(evaluates, '') } },
    { name: 'typescript in the page', policy: scriptsOnly, files: { 'page.js': await bundled(inPage, typescriptText) } },
    { name: 'typescript in a worker', policy: scriptsOnly, files: await worker(inWorker, typescriptText) },
    { name: 'wasm in the page', policy: withWasm, files: { 'page.js': await bundled(inPage, wasmText) } },
    { name: 'wasm in a worker', policy: withWasm, files: await worker(inWorker, wasmText) },
    {
      name: 'wasm compiled elsewhere',
      policy: withWasm,
      files: { 'page.js': await bundled(compilesForWorker, wasmText), 'worker.js': await bundled(runsCompiled, wasmText), 'kernels.wasm': wasm?.kernels?.binary ?? '' },
    },
    { name: 'wasm without leave', policy: scriptsOnly, files: { 'page.js': await bundled(inPage, wasmText) } },
  ];
  const server = await servePages(pages);
  try {
    results = await withPage(chromium, server.url, server.results);
  } finally {
    server.close();
  }
}, 180_000);

function resultOf(context: TestContext, name: string): Result {
  if (chromium === undefined) context.skip('there is no Chromium: install one (on Debian apt-get install chromium), or give its path as CHROMIUM');
  return results.get(name) as Result;
}

describe('in Chromium', () => {
  it.for(['typescript in the page', 'typescript in a worker', 'wasm in the page', 'wasm in a worker', 'wasm compiled elsewhere'])('%s computes what Node does', (name, context) => {
    const { values, error } = resultOf(context, name);
    expect(error).toBeUndefined();
    expect(values).toHaveLength(expected.length);
    expect(largestError(values ?? [], expected)).toBeLessThanOrEqual(1e-12);
  });

  it('the policies are in force: text is not code, and WebAssembly needs leave', (context) => {
    expect(resultOf(context, 'evaluates').error).toMatch(/^EvalError/);
    expect(resultOf(context, 'wasm without leave').error).toMatch(/^CompileError: .*unsafe-eval/);
  });
});
