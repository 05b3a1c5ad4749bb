import fc from 'fast-check';
import { describe, it } from 'vitest';
import { evaluate } from '../../src/interpret/evaluate.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { gradientOf, tangentOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { randomGraph, randomScanGraph } from '../support/random-graph.js';
import type { RandomGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { compiledValues, expectCompiled, expectValues } from './compiled.js';

const graphs = {
  'graphs with nested loops': randomGraph({ loops: 2, nodes: 16 }),
  loops: randomScanGraph(),
  'loops within loops': randomScanGraph({ loops: 2 }),
} as const;

const order1 = (f: RandomGraph): Differentiable => gradientOf(f, new Random(f.seed));
/** Hessian times vector, and what mixes tangents of cotangents into it. */
const order2 = (f: RandomGraph): Differentiable => tangentOf(order1(f), new Random(f.seed + 1));

const optimized = (f: Differentiable): Differentiable => ({
  ...f,
  graph: runPasses(f.graph, [...beforeDifferentiation, ...afterDifferentiation]),
});

describe.each(Object.entries(graphs))('the TypeScript of random %s computes what the interpreter does', (_, arbitrary) => {
  const check = (property: (f: RandomGraph) => void, seed: number, numRuns: number): void => {
    fc.assert(fc.property(arbitrary, property), { seed, numRuns, endOnFailure: true });
  };

  it('as they are', () => {
    check(expectCompiled, 31, 30);
  });

  it('after all passes', () => {
    check((f) => { expectCompiled(optimized(f), 1e-11, evaluate(f.graph, f.inputs, f.sizes)); }, 32, 15);
  });

  it('for gradients', () => {
    check((f) => { expectCompiled(order1(f)); }, 33, 12);
  });

  it('for Hessian-vector products, optimized before and after differentiation', () => {
    check((f) => {
      const plain = order2(f);
      expectCompiled(optimized(plain), 1e-10, evaluate(plain.graph, plain.inputs, plain.sizes));
    }, 34, 6);
  });

  it('to single precision in float32', () => {
    check((f) => {
      const gradient = order1(f);
      expectValues(compiledValues(gradient, { precision: 'float32' }), evaluate(gradient.graph, gradient.inputs, gradient.sizes), 2e-5);
    }, 35, 10);
  });
});

describe('where values are infinite or NaN', () => {
  it('the TypeScript has them where the interpreter has them', () => {
    fc.assert(fc.property(randomGraph({ loops: 1, wild: true }), (f) => { expectCompiled(f, 1e-10); }), { seed: 36, numRuns: 40, endOnFailure: true });
  });
});
