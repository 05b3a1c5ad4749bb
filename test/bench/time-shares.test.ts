import { createCell } from '../../src/cells/registry.js';
import { compileModule } from 'cellwright/compiler';
import { expect, it } from 'vitest';
import { kindOf, timeShares } from '../../bench/time-shares.js';

it('the time of functions is told apart by their names', () => {
  let sum = 0;
  const product1 = (): void => { for (let k = 0; k < 300_000; k++) sum += Math.sqrt(k); };
  const runForward = (): void => { for (let k = 0; k < 100_000; k++) sum += Math.sqrt(k); };
  const subject = (): void => {
    product1();
    runForward();
  };
  for (let call = 0; call < 200; call++) subject();
  const { products, maps, packs } = timeShares(subject, 400, []);
  expect(products + maps + packs).toBeCloseTo(1, 12);
  expect(products / maps).toBeGreaterThan(2);
  expect(products / maps).toBeLessThan(4.5);
  expect(sum).toBeGreaterThan(0);
});

it.each(['typescript', 'wasm'] as const)('all functions that compute have a kind: %s', async (target) => {
  const { files, kernels } = await compileModule({ definition: createCell('vanilla-lstm'), target, math: 'fast' });
  const text = kernels?.text ?? files[0]?.text.slice(files[0].text.indexOf('export function create')) ?? '';
  const names = [...text.matchAll(target === 'wasm' ? /\(func \$(\w+)/g : /^ {2}function (\w+)/gm)].map(([, name = '']) => name);
  const kinds = new Map(names.map((name) => [name, kindOf(name)]));
  const known = { products: ['product1', 'product2'], maps: ['runForward', 'runBackward'], packs: ['pack', 'packParameters', 'packForBackward'] };
  for (const [kind, own] of Object.entries(known)) for (const name of own) expect([name, kinds.get(name)]).toEqual([name, kind]);
  if (target === 'wasm') expect(names.filter((name) => kinds.get(name) === undefined)).toEqual(['storePart']);
});
