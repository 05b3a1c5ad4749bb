import fc from 'fast-check';
import { batchStage, cellModel, rnnTanh } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { compileGraphToWasm } from '../../../src/emit/wasm/graph-function.js';
import type { WasmGraphFunctionOptions } from '../../../src/emit/wasm/graph-function.js';
import { evaluate } from '../../../src/interpret/evaluate.js';
import { expectValues } from '../../lower/compiled.js';
import { gradientOf, tangentOf } from '../../support/derivatives.js';
import type { Differentiable } from '../../support/derivatives.js';
import { randomGraph, randomScanGraph } from '../../support/random-graph.js';
import type { RandomGraph } from '../../support/random-graph.js';
import { Random } from '../../support/random.js';
import { randomTensor, shapeOf, tensor } from '../../support/tensors.js';
import type { Tensors } from '../../support/tensors.js';

const graphs = {
  'graphs with nested loops': randomGraph({ loops: 2, nodes: 16 }),
  loops: randomScanGraph(),
  'loops within loops': randomScanGraph({ loops: 2 }),
} as const;

const order1 = (f: RandomGraph): Differentiable => gradientOf(f, new Random(f.seed));
const order2 = (f: RandomGraph): Differentiable => tangentOf(order1(f), new Random(f.seed + 1));

/** Now one way to compute products, now another. */
const products = (seed: number): Pick<WasmGraphFunctionOptions, 'largeTiles' | 'batchOfOne'> => ({ largeTiles: seed % 2 === 1, batchOfOne: seed % 3 === 1 });

/** What the WebAssembly of a graph computes, the second time: that finds the memory as the first one left it. */
async function computed({ graph, inputs, sizes }: Differentiable, options: Omit<WasmGraphFunctionOptions, 'sizes'>): Promise<Tensors> {
  const run = await compileGraphToWasm(graph, { ...options, sizes });
  const data = new Map([...inputs].map(([name, value]) => [name, value.data]));
  run(data);
  return new Map([...run(data)].map(([name, values]) => [name, tensor(shapeOf(graph.output(name).type, sizes), values)]));
}

function recurrentGradient(sizes: Record<'I' | 'H' | 'T' | 'B', number>): Differentiable {
  const graph = batchStage(cellModel(rnnTanh));
  const random = new Random(sizes.H + sizes.B);
  const inputs = new Map([...graph.inputs].map(([name, { type }]) => [name, randomTensor(random, shapeOf(type, sizes), [-0.3, 0.3])]));
  return gradientOf({ graph, sizes, inputs, wrt: [...inputs.keys()] }, random);
}

it.each([
  { H: 24, I: 12 },
  { H: 32, I: 25 },
  { H: 40, I: 23 },
  { H: 56, I: 31 },
  { H: 61, I: 64 },
  { H: 20, I: 6 },
])('products of $H and $I columns are right in larger tiles, for any number of rows', async ({ H, I }) => {
  for (const B of [1, 2, 5]) {
    const g = recurrentGradient({ I, H, T: 2, B });
    expectValues(await computed(g, { optimize: true, namedSizes: true, largeTiles: true }), evaluate(g.graph, g.inputs, g.sizes), 1e-11);
  }
});

it.each([
  { H: 1, I: 1 },
  { H: 3, I: 5 },
  { H: 16, I: 4 },
  { H: 18, I: 9 },
  { H: 32, I: 7 },
  { H: 40, I: 16 },
  { H: 61, I: 66 },
])('a row of $H columns, from $I inputs, is right in a function of its own', async ({ H, I }) => {
  const g = recurrentGradient({ I, H, T: 3, B: 1 });
  const meant = evaluate(g.graph, g.inputs, g.sizes);
  for (const largeTiles of [false, true]) {
    expectValues(await computed(g, { optimize: true, largeTiles, batchOfOne: true }), meant, 1e-11);
    expectValues(await computed(g, { optimize: true, largeTiles, batchOfOne: true, precision: 'float32' }), meant, 1e-5);
  }
  const { source } = await compileGraphToWasm(g.graph, { sizes: g.sizes, optimize: true, batchOfOne: true });
  expect(source.match(/call \$row/g)?.length).toBeGreaterThan(1);
});

describe.each(Object.entries(graphs))('the WebAssembly of random %s computes what the interpreter does', (_, arbitrary) => {
  const check = (property: (f: RandomGraph) => Promise<void>, seed: number, numRuns: number): Promise<void> =>
    fc.assert(fc.asyncProperty(arbitrary, property), { seed, numRuns, endOnFailure: true });

  it.each([false, true])('as they are, sizes as names: %s', async (namedSizes) => {
    await check(async (f) => { expectValues(await computed(f, { namedSizes }), evaluate(f.graph, f.inputs, f.sizes), 1e-11); }, 41, 30);
  });

  it('for gradients, after all passes', async () => {
    await check(async (f) => {
      const g = order1(f);
      expectValues(await computed(g, { optimize: true, namedSizes: true, ...products(f.seed) }), evaluate(g.graph, g.inputs, g.sizes), 1e-10);
    }, 42, 15);
  });

  it('for Hessian-vector products', async () => {
    await check(async (f) => {
      const g = order2(f);
      expectValues(await computed(g, { optimize: true }), evaluate(g.graph, g.inputs, g.sizes), 1e-10);
    }, 43, 6);
  });

  it.each(['exact', 'fast'] as const)('to single precision in float32, with %s maths', async (math) => {
    await check(async (f) => {
      const g = order1(f);
      expectValues(await computed(g, { precision: 'float32', math, namedSizes: true, ...products(f.seed) }), evaluate(g.graph, g.inputs, g.sizes), 2e-5);
    }, 44, 12);
  });
});

describe('where values are infinite or NaN', () => {
  it('the WebAssembly has them where the interpreter has them', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph({ loops: 1, wild: true }), async (f) => {
        expectValues(await computed(f, { namedSizes: true }), evaluate(f.graph, f.inputs, f.sizes), 1e-10);
      }),
      { seed: 45, numRuns: 40, endOnFailure: true },
    );
  });
});

it('asks for the right number of elements', async () => {
  const [f] = fc.sample(randomScanGraph(), { seed: 1, numRuns: 1 });
  if (f === undefined) throw new Error('no graph');
  const run = await compileGraphToWasm(f.graph, { sizes: f.sizes });
  const data = new Map([...f.inputs].map(([name, value]) => [name, value.data]));
  const [first] = data.keys();
  expect(() => run(new Map([...data, [first ?? '', new Float64Array(1000)]]))).toThrow(/needs \d+ elements, not 1000/);
});
