import { createCell } from '../../src/cells/registry.js';
import { compileModule } from 'cellwright/compiler';
import { expect, it } from 'vitest';
import { kindOf, sharesOf } from '../../bench/time-shares.js';

it('samples are told apart by the names of functions, those of WebAssembly by their numbers', () => {
  const nodes = (counts: Readonly<Record<string, number>>) => Object.entries(counts).map(([functionName, hitCount]) => ({ hitCount, callFrame: { functionName } }));
  expect(sharesOf(nodes({ product1: 6, runForward: 3, pack: 1, somethingElse: 90 }), [])).toEqual({ products: 0.6, maps: 0.3, packs: 0.1 });
  const functions = ['tiles', 'runForward_map', 'pack', 'storePart'];
  expect(sharesOf(nodes({ 'wasm-function[0]': 2, 'wasm-function[1]': 1, 'wasm-function[2]': 1, 'wasm-function[3]': 5, '(idle)': 7 }), functions)).toEqual({ products: 0.5, maps: 0.25, packs: 0.25 });
});

it.each([
  { target: 'typescript', batch: {}, products: ['product1', 'product2'] },
  { target: 'wasm', batch: {}, products: ['product1', 'product2', 'tiles'] },
  { target: 'wasm', batch: { batchSize: 1 }, products: ['row', 'runs', 'outer', 'tiles'] },
] as const)('all functions that compute have a kind: $target, $batch', async ({ target, batch, products }) => {
  const { files, kernels } = await compileModule({ definition: createCell('vanilla-lstm'), target, math: 'fast', ...batch });
  const text = kernels?.text ?? files[0]?.text.slice(files[0].text.indexOf('export function create')) ?? '';
  const names = [...text.matchAll(target === 'wasm' ? /\(func \$(\w+)/g : /^ {2}function (\w+)/gm)].map(([, name = '']) => name);
  const kinds = new Map(names.map((name) => [name, kindOf(name)]));
  const known = { products, maps: ['runForward', 'runBackward'], packs: ['pack', 'packParameters', 'packForBackward'] };
  for (const [kind, own] of Object.entries(known)) for (const name of own) expect([name, kinds.get(name)]).toEqual([name, kind]);
  if (target === 'wasm') expect(names.filter((name) => kinds.get(name) === undefined)).toEqual(['storePart']);
});
