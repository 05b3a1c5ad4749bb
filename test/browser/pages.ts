import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What a bundler makes of a script; `generated` in it is the module given. */
export async function bundled(script: string, generated: string, minify = false): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: folder },
    plugins: [
      {
        name: 'generated',
        setup(bundler) {
          bundler.onResolve({ filter: /^generated$/ }, ({ path }) => ({ path, namespace: 'generated' }));
          bundler.onLoad({ filter: /./, namespace: 'generated' }, () => ({ contents: generated, loader: 'ts' }));
        },
      },
    ],
    bundle: true,
    minify,
    write: false,
    format: 'esm',
  });
  return outputFiles[0]?.text ?? '';
}

/** Posts what a promise gives, or how it failed, and goes to the page that is told in return. */
const report = `
export async function report(promise) {
  let result;
  try {
    result = { values: await promise };
  } catch (error) {
    result = { error: String(error) };
  }
  const response = await fetch('result', { method: 'POST', body: JSON.stringify(result) });
  const next = await response.text();
  if (next !== '') location.href = next;
}
`;

const run = `import * as generated from 'generated'; import { runModule } from './run-module.js';`;

/** Runs in the page itself. */
export const inPage = `${run} ${report} report((async () => runModule(generated))());`;

/** Runs in a worker, which posts to the page. */
export const inWorker = `${run} try { postMessage({ values: runModule(generated) }); } catch (error) { postMessage({ error: String(error) }); }`;

const answer = `new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.values) : reject(data.error));
  worker.onerror = (event) => reject(event.message);
})`;

export const startsWorker = `${report} const worker = new Worker('worker.js', { type: 'module' }); report(${answer});`;

/** Compiles in the page what a worker then runs. */
export const compilesForWorker = `${report} const worker = new Worker('worker.js', { type: 'module' });
report((async () => { worker.postMessage(await WebAssembly.compileStreaming(fetch('kernels.wasm'))); return ${answer}; })());`;

export const runsCompiled = `${run} onmessage = ({ data }) => {
  WebAssembly.Module = function () { throw new Error('compiled in the worker'); };
  try { postMessage({ values: runModule(generated, data) }); } catch (error) { postMessage({ error: String(error) }); }
};`;

/** Evaluates text as code, which a policy without 'unsafe-eval' forbids. */
export const evaluates = `${report} report((async () => [new Function('return 1')()])());`;
