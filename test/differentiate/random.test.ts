import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import { printGraph } from '../../src/graph/print.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { checkDerivatives, gradientOf, randomDirection, tangentOf, valuesOf, weighted } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { randomGraph, randomGraphOf, randomScanGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { expectNear } from '../support/tensors.js';

/** Hessian-vector products of `⟨u, f⟩` in both orders: forward over reverse, and reverse over forward. */
function hessianProducts(f: Differentiable, direction: ReadonlyMap<string, Tensor>, seed: number) {
  const gradient = gradientOf(f, new Random(seed));
  const tangent = tangentOf(f, new Random(seed));
  const tangents = [...direction].map(([name, value]) => [tangent.seed(name), value] as const);
  const inputs = new Map([...gradient.inputs, ...tangents]);
  const forward = jvp(gradient.graph, {
    tangents: new Map(f.wrt.map((name) => [name, tangent.seed(name)])),
    tangentName: (name) => `product.${name}`,
  });
  const derivatives = [...f.graph.outputs.keys()].filter((name) => tangent.graph.outputs.has(tangent.of(name)));
  const reverse = vjp(tangent.graph, {
    wrt: f.wrt,
    cotangents: new Map(derivatives.map((name) => [tangent.of(name), gradient.seed(name)])),
    gradientName: (name) => `product.${gradient.of(name)}`,
  });
  verify(forward);
  verify(reverse);
  return { forward: evaluate(forward, inputs, f.sizes), reverse: evaluate(reverse, inputs, f.sizes), of: (name: string) => `product.${gradient.of(name)}` };
}

describe('derivatives of random graphs', () => {
  it('agree with central differences and with one another at order 1', () => {
    fc.assert(fc.property(randomGraph({ loops: 2 }), (f) => {
      verify(f.graph);
      verify(gradientOf(f, new Random(0)).graph);
      verify(tangentOf(f, new Random(0)).graph);
      checkDerivatives(f, f.seed, 'order 1');
    }), { seed: 11, numRuns: 60 });
  });

  it('agree with central differences and with one another at order 2', () => {
    fc.assert(fc.property(randomGraph({ nodes: 9 }), (f) => {
      checkDerivatives(gradientOf(f, new Random(f.seed)), f.seed, 'derivative of vjp');
      checkDerivatives(tangentOf(f, new Random(f.seed)), f.seed, 'derivative of jvp');
    }), { seed: 12, numRuns: 40 });
  });

  it('do so where derivatives grow fast with their order', () => {
    // The fifth derivatives of this one are so large that differences with a step of 1e-3 are 1e-4 off.
    const f = randomGraphOf(275, { nodes: 9 });
    checkDerivatives(f, f.seed, 'order 1');
    checkDerivatives(gradientOf(f, new Random(f.seed)), f.seed, 'derivative of vjp');
    checkDerivatives(tangentOf(f, new Random(f.seed)), f.seed, 'derivative of jvp');
  });

  it('have a symmetric Hessian, the same forward over reverse and reverse over forward', () => {
    fc.assert(fc.property(randomGraph({ nodes: 9 }), (f) => {
      const random = new Random(f.seed);
      const [v, w] = [randomDirection(f, random), randomDirection(f, random)];
      const alongV = hessianProducts(f, v, f.seed);
      const alongW = hessianProducts(f, w, f.seed);
      const named = (direction: typeof v) => [...direction].map(([name, value]) => [alongV.of(name), value] as const);
      const product = weighted(alongV.forward, named(w));
      expectNear(weighted(alongV.reverse, named(w)), product, 1e-9, 'reverse over forward');
      expectNear(weighted(alongW.forward, named(v)), product, 1e-9, 'the other way about');
    }), { seed: 13, numRuns: 35 });
  });
});

describe('derivatives of random loops', () => {
  it('agree with central differences at orders 1 and 2', () => {
    fc.assert(fc.property(randomScanGraph(), (f) => {
      checkDerivatives(f, f.seed, 'order 1');
      checkDerivatives(gradientOf(f, new Random(f.seed)), f.seed, 'derivative of vjp');
      checkDerivatives(tangentOf(f, new Random(f.seed)), f.seed, 'derivative of jvp');
    }), { seed: 14, numRuns: 40 });
  });

  it('do the same inside of other loops', () => {
    fc.assert(fc.property(randomScanGraph({ loops: 2 }), (f) => {
      checkDerivatives(f, f.seed, 'order 1');
      checkDerivatives(gradientOf(f, new Random(f.seed)), f.seed, 'derivative of vjp');
    }), { seed: 15, numRuns: 15 });
  });
});

describe('random graphs', () => {
  it('have derivatives that verify, at orders 1 and 2, also where ops have kinks and poles', () => {
    fc.assert(fc.property(randomGraph({ wild: true, nodes: 9 }), (f) => {
      const first = gradientOf(f, new Random(f.seed));
      for (const derivative of [first, tangentOf(first, new Random(f.seed)), gradientOf(first, new Random(f.seed))]) {
        verify(derivative.graph);
        valuesOf(derivative);
      }
    }), { seed: 16, numRuns: 25 });
  });

  it('are the same for the same seed, and others for others', () => {
    const text = (seed: number) => printGraph(randomGraphOf(seed).graph);
    expect(text(7)).toBe(text(7));
    expect(new Set([1, 2, 3, 4].map(text)).size).toBe(4);
    expect(randomGraphOf(7).inputs).toEqual(randomGraphOf(7).inputs);
  });

  it('have values at hand for other examples, in the same shapes', () => {
    const f = randomGraphOf(5);
    const other = f.draw(6);
    expect([...other].map(([name, { shape }]) => [name, shape])).toEqual([...f.inputs].map(([name, { shape }]) => [name, shape]));
    expect(other).not.toEqual(f.inputs);
  });
});
