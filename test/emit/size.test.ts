import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { vanillaLstm } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { expect, it } from 'vitest';

/** Bytes of what a bundler makes of some exports of a module, minified and compressed. */
async function shipped(module: string, names: readonly string[]): Promise<number> {
  return gzipSync(await bundled(module, `export { ${names.join(', ')} } from 'generated';`)).length;
}

async function bundled(module: string, script: string): Promise<Uint8Array> {
  const { outputFiles } = await bundle({
    stdin: { contents: script },
    plugins: [
      {
        name: 'generated',
        setup(build) {
          build.onResolve({ filter: /^generated$/ }, ({ path }) => ({ path, namespace: 'generated' }));
          build.onLoad({ filter: /./, namespace: 'generated' }, () => ({ contents: module, loader: 'ts' }));
        },
      },
    ],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
  });
  return outputFiles[0]?.contents ?? new Uint8Array(0);
}

const shippedSizes = [
  { target: 'typescript', math: 'exact', forwardOnly: false, most: 4300 },
  { target: 'typescript', math: 'exact', forwardOnly: true, most: 2800 },
  { target: 'typescript', math: 'fast', forwardOnly: false, most: 4700 },
  { target: 'typescript', math: 'fast', forwardOnly: true, most: 3000 },
  { target: 'wasm', math: 'exact', forwardOnly: false, most: 7000 },
  { target: 'wasm', math: 'exact', forwardOnly: true, most: 4300 },
  { target: 'wasm', math: 'fast', forwardOnly: false, most: 6600 },
  { target: 'wasm', math: 'fast', forwardOnly: true, most: 4000 },
] as const;

it.each(shippedSizes)('a vanilla LSTM in $target, $math, forward only: $forwardOnly, ships in $most bytes, and its initializer can be left out', async ({ target, math, forwardOnly, most }) => {
  const { files: [file] } = await compileModule({ definition: vanillaLstm, target, forwardOnly, math });
  const creator = await shipped(file?.text ?? '', ['createVanillaLstm']);
  const both = await shipped(file?.text ?? '', ['createVanillaLstm', 'initializeVanillaLstm']);
  expect(creator).toBeGreaterThan(1000);
  expect(creator).toBeLessThan(both - 200);
  expect(creator).toBeLessThanOrEqual(most);
});

it('a bundle has nothing of a module but what is called', async () => {
  const { files: [file] } = await compileModule({ definition: vanillaLstm, target: 'wasm' });
  const initializer = await shipped(file?.text ?? '', ['initializeVanillaLstm']);
  const both = await shipped(file?.text ?? '', ['createVanillaLstm', 'initializeVanillaLstm']);
  expect(initializer).toBeLessThan(700);
  expect(initializer).toBeLessThan(both / 8);
  // Nothing is done when a module is loaded that a bundler would have to keep.
  expect(await bundled(file?.text ?? '', `import * as unused from 'generated';`)).toHaveLength(0);
});
