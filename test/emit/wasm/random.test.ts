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

/** Now one kind of tiles for products, now another. */
const largeTiles = (seed: number): Pick<WasmGraphFunctionOptions, 'largeTiles'> => (seed % 3 === 0 ? {} : { largeTiles: seed % 3 === 1 ? 'rows' : 'single row' });

/** What the WebAssembly of a graph computes, the second time: that finds the memory as the first one left it. */
async function computed({ graph, inputs, sizes }: Differentiable, options: Omit<WasmGraphFunctionOptions, 'sizes'>): Promise<Tensors> {
  const run = await compileGraphToWasm(graph, { ...options, sizes });
  const data = new Map([...inputs].map(([name, value]) => [name, value.data]));
  run(data);
  return new Map([...run(data)].map(([name, values]) => [name, tensor(shapeOf(graph.output(name).type, sizes), values)]));
}

it.each([
  { H: 24, I: 12 },
  { H: 32, I: 25 },
  { H: 40, I: 23 },
  { H: 56, I: 31 },
  { H: 61, I: 64 },
  { H: 20, I: 6 },
])('products of $H and $I columns are right in larger tiles, for any number of rows', async ({ H, I }) => {
  const graph = batchStage(cellModel(rnnTanh));
  for (const B of [1, 2, 5]) {
    const sizes = { I, H, T: 2, B };
    const random = new Random(H + B);
    const inputs = new Map([...graph.inputs].map(([name, { type }]) => [name, randomTensor(random, shapeOf(type, sizes), [-0.3, 0.3])]));
    const g = gradientOf({ graph, sizes, inputs, wrt: [...inputs.keys()] }, random);
    for (const largeTiles of ['single row', 'rows'] as const) {
      expectValues(await computed(g, { optimize: true, namedSizes: true, largeTiles }), evaluate(g.graph, g.inputs, g.sizes), 1e-11);
    }
  }
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
      expectValues(await computed(g, { optimize: true, namedSizes: true, ...largeTiles(f.seed) }), evaluate(g.graph, g.inputs, g.sizes), 1e-10);
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
      expectValues(await computed(g, { precision: 'float32', math, namedSizes: true, ...largeTiles(f.seed) }), evaluate(g.graph, g.inputs, g.sizes), 2e-5);
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
