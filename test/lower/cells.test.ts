import { describe, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { jvp } from '../../src/differentiate/forward.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { cellsOf, forwardGraph, gradientsOf } from '../optimize/cell-graphs.js';
import { drawInputs, uniform } from '../optimize/equivalence.js';
import { compiledValues, expectValues } from './compiled.js';

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

  test.each([
    ['gradients', plain.gradient, packed.gradient, 3, 1e-10],
    // Compiling these takes longest: at the third set of sizes it is the interpreter that runs what the passes made.
    ['Hessian-vector products', plain.hessianVector, packed.hessianVector, 2, 1e-9],
  ] as const)('%s: passes and lowering keep all values', (__, graph, differentiated, compiledSets, tolerance) => {
    const optimized = optimizeAfter(differentiated);
    for (const [k, sizes] of sizeSets.entries()) {
      const inputs = drawInputs(graph, sizes, uniform(k));
      const meant = evaluate(graph, inputs, sizes);
      expectValues(evaluate(optimized, inputs, sizes), meant, tolerance);
      // Sizes as numbers let axes of size 1 vanish; as names, they are what a module is made with.
      if (k < compiledSets) expectValues(compiledValues({ graph: optimized, sizes, inputs }, { namedSizes: k === 0 }), meant, tolerance);
      if (k === 0 && graph === plain.gradient) expectValues(compiledValues({ graph, sizes, inputs }), meant, tolerance);
    }
  });
});
