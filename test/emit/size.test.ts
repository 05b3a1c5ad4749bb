import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { vanillaLstm } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { expect, it } from 'vitest';

/** Bytes of what a bundler makes of some exports of a module, minified and compressed. */
async function shipped(module: string, names: readonly string[]): Promise<number> {
  const { outputFiles } = await bundle({
    stdin: { contents: `export { ${names.join(', ')} } from 'generated';` },
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
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(0)).length;
}

it('a vanilla LSTM ships in less than 5 kB, and its initializer can be left out', async () => {
  const { files: [file] } = await compileModule({ definition: vanillaLstm });
  const creator = await shipped(file?.text ?? '', ['createVanillaLstm']);
  const both = await shipped(file?.text ?? '', ['createVanillaLstm', 'initializeVanillaLstm']);
  expect(creator).toBeGreaterThan(1000);
  expect(creator).toBeLessThan(both - 200);
  expect(both).toBeLessThan(5000);
});
