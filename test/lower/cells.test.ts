import { describe, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { compileGraphToWasm } from '../../src/emit/wasm/graph-function.js';
import { jvp } from '../../src/differentiate/forward.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { cellsOf, forwardGraph, gradientsOf } from '../optimize/cell-graphs.js';
import { drawInputs, uniform } from '../optimize/equivalence.js';
import { Random } from '../support/random.js';
import { expectClose, shapeOf, tensor, tensorNamed } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';
import { compiledValues, expectValues } from './compiled.js';
import type { Point } from './compiled.js';

/** Odd sizes, at which tiles and panels have remainders; and ones, at which axes vanish. */
const sizeSets: readonly Sizes[] = [
  { T: 3, B: 3, I: 3, H: 5, P: 3, M: 5, N: 3, K: 3 },
  { T: 1, B: 1, I: 1, H: 1, P: 1, M: 1, N: 1, K: 1 },
  { T: 4, B: 1, I: 1, H: 2, P: 3, M: 3, N: 2, K: 2 },
];

const optimizeBefore = (graph: Graph): Graph => runPasses(graph, beforeDifferentiation);
const optimizeAfter = (graph: Graph): Graph => runPasses(graph, afterDifferentiation);

/** The gradients of everything, and their derivative along everything but cotangents: Hessian times vector. */
function derivatives(forward: Graph): { gradient: Graph; hessianVector: Graph } {
  const wrt = [...forward.inputs].flatMap(([name, node]) => (node.type.dtype === 'real' ? [name] : []));
  const gradient = gradientsOf(forward);
  const hessianVector = jvp(gradient, { tangents: new Map(wrt.map((name) => [name, `v.${name}`])), tangentName: (name) => `tangent.${name}` });
  return { gradient, hessianVector };
}

describe.each(cellsOf(library))('%s', (_, cell) => {
  const forward = forwardGraph(cell);
  const plain = derivatives(forward);
  const packed = derivatives(optimizeBefore(forward));
  const gradient = optimizeAfter(packed.gradient);
  const hessianVector = optimizeAfter(packed.hessianVector);

  test.each([
    ['gradients', plain.gradient, gradient, 3, 1e-10],
    // Compiling these takes longest: at the third set of sizes it is the interpreter that runs what the passes made.
    ['Hessian-vector products', plain.hessianVector, hessianVector, 2, 1e-9],
  ] as const)('%s: passes and lowering keep all values', (__, graph, optimized, compiledSets, tolerance) => {
    for (const [k, sizes] of sizeSets.entries()) {
      const inputs = drawInputs(graph, sizes, uniform(k));
      const meant = evaluate(graph, inputs, sizes);
      expectValues(evaluate(optimized, inputs, sizes), meant, tolerance);
      // Sizes as numbers let axes of size 1 vanish; as names, they are what a module is made with.
      if (k < compiledSets) expectValues(compiledValues({ graph: optimized, sizes, inputs }, { namedSizes: k === 0 }), meant, tolerance);
      if (k === 0 && graph === plain.gradient) expectValues(compiledValues({ graph, sizes, inputs }), meant, tolerance);
    }
  });

  test('WebAssembly computes all of it in float64', async () => {
    // Values and gradients are among the outputs of the Hessian-vector products.
    const inputs = drawInputs(hessianVector, oddSizes, uniform(3));
    expectValues(await wasmValues({ graph: hessianVector, sizes: oddSizes, inputs }, 'float64'), evaluate(hessianVector, inputs, oddSizes), 1e-10);
  });

  test('WebAssembly computes gradients in float32, as far as rounding lets it', async () => {
    const inputs = rounded(drawInputs(gradient, oddSizes, uniform(4)));
    const meant = evaluate(gradient, inputs, oddSizes);
    const found = await wasmValues({ graph: gradient, sizes: oddSizes, inputs }, 'float32');
    const moved = [1, 2, 3].map((seed) => largestDifferences(evaluate(gradient, nudged(inputs, seed), oddSizes), meant));
    for (const [name, value] of meant) {
      const sensitivity = Math.max(...moved.map((differences) => differences.get(name) ?? 0));
      expectClose(tensorNamed(found, name), value, 2e-6 + 4 * sensitivity, name);
    }
  });
});

const [oddSizes = {}] = sizeSets;

const mapped = (values: Tensors, change: (value: number) => number): Tensors =>
  new Map([...values].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => change(value)) }]));

/** Numbers that float32 has, so that both sides see the same. */
const rounded = (values: Tensors): Tensors => mapped(values, Math.fround);

/** Each number off by half a unit in the last place of float32, up or down. */
function nudged(values: Tensors, seed: number): Tensors {
  const random = new Random(seed);
  return mapped(values, (value) => value * (1 + (random.chance(0.5) ? 1 : -1) * 2 ** -24));
}

/** By output, relative as `expectClose` is. */
function largestDifferences(values: Tensors, meant: Tensors): Map<string, number> {
  const difference = ({ data }: Tensor, other: Tensor): number =>
    data.reduce((worst, value, k) => Math.max(worst, Math.abs(value - (other.data[k] ?? NaN)) / Math.max(1, Math.abs(value))), 0);
  return new Map([...meant].map(([name, value]) => [name, difference(value, tensorNamed(values, name))]));
}

/** What the WebAssembly of a graph computes, on its second call, which finds the memory as the first one left it. */
async function wasmValues({ graph, sizes, inputs }: Point, precision: 'float32' | 'float64'): Promise<Tensors> {
  const run = await compileGraphToWasm(graph, { sizes, precision });
  const data = new Map([...inputs].map(([name, value]) => [name, value.data]));
  run(data);
  return new Map([...run(data)].map(([name, values]) => [name, tensor(shapeOf(graph.output(name).type, sizes), values)]));
}
