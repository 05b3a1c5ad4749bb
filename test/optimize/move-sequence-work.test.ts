import { describe, expect, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import { layerNormLstm } from '../../src/cells/layernorm-lstm.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { defineModel } from '../../src/declare/model.js';
import { sequence } from '../../src/declare/sequence.js';
import { compileGraph } from '../../src/emit/typescript/graph-function.js';
import { Dim } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { printGraph } from '../../src/graph/print.js';
import { substituteDims } from '../../src/graph/substitute.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { moveSequenceWork } from '../../src/optimize/move-sequence-work.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { simplify } from '../../src/optimize/simplify.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import type { ScanParts } from '../../src/ops/scan.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { cellsOf, forwardGraph, gradientsOf } from './cell-graphs.js';
import { drawInputs, equivalentTo, expectEquivalent, sizesOf, uniform } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import type { LoopSketch, SketchedLoop } from './loop-sketch.js';
import { loopsOf, onlyLoop } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, einsum, exp, mul, neg, reduceMax, reduceSum, sigmoid, tanh } = registry;

const always = (): boolean => true;
const never = (): boolean => false;
const name = 'move-sequence-work';
const products = (graph: Graph): string[] => graph.nodes.filter(({ op }) => op.name === einsum.name).map(({ type }) => type.shape.map(String).join(' '));
const shapes = (nodes: readonly { readonly value: Node }[]): string[] => nodes.map(({ value }) => value.type.shape.map(String).join(' '));
const fixBatch = (graph: Graph, size: number): Graph => substituteDims(graph, new Map([['B', Dim.constant(size)]]));
const packed = (graph: Graph): Graph => runPasses(graph, beforeDifferentiation, undefined, new Set([name]));

/** A graph with one loop, and what it became once everything that can has left. */
function moved(make: (g: Sketch) => LoopSketch, read: (loop: SketchedLoop) => readonly Node[]): { graph: Graph; parts: ScanParts } {
  const g = new Sketch();
  const graph = g.finish(...read(addLoop(g, make(g))));
  const result = trim(simplify(moveSequenceWork(graph, always)));
  verify(result);
  expectEquivalent(result, graph);
  return { graph: result, parts: onlyLoop(result).parts };
}

const finalState = (loop: SketchedLoop): readonly Node[] => [loop.final('s')];

describe('what leaves a loop', () => {
  const body = (g: Sketch): Pick<LoopSketch, 'carries' | 'sequences' | 'invariants'> => ({
    carries: { s: g.input('s', '1 H') },
    sequences: { x: g.input('x', 'T 1 I') },
    invariants: { W: g.input('W', 'H I'), R: g.input('R', 'H H'), b: g.input('b', 'H') },
  });
  const input = (step: Sketch, at: (name: string) => Node) => step.einsum('oi,bi->bo', at('W'), at('x'));
  const recurrent = (step: Sketch, at: (name: string) => Node) => step.einsum('oi,bi->bo', at('R'), at('s'));

  test('a product of inputs with its bias, whichever way the sum was written; the loop no longer reads the inputs', () => {
    const { graph, parts } = moved(
      (g) => ({
        ...body(g),
        body: (step, at) => ({
          next: { s: step.apply(tanh, step.apply(add, step.apply(add, input(step, at), recurrent(step, at)), step.repeat(at('b'), '1 H', [1]))) },
        }),
      }),
      finalState,
    );
    expect(products(graph)).toEqual(['T 1 H']);
    expect(products(parts.body)).toEqual(['1 H']);
    expect(parts.sequences).toHaveLength(1);
    expect(parts.sequences[0]?.value.op.name).toBe('add');
    expect(parts.invariants.map(({ input: own }) => own)).toEqual(['R']);
  });

  test('of a loop that runs backwards, too', () => {
    const { graph } = moved(
      (g) => ({ ...body(g), reverse: true, body: (step, at) => ({ next: { s: step.apply(mul, at('s'), input(step, at)) }, outputs: { s: step.apply(neg, at('s')) } }) }),
      (loop) => [loop.final('s'), loop.output('s'), loop.history('s')],
    );
    expect(products(graph)).toEqual(['T 1 H']);
  });

  test('what reads the index of the step', () => {
    const { graph, parts } = moved(
      (g) => ({
        ...body(g),
        step: true,
        body: (step, at) => {
          const time = step.repeat(step.apply(exp, step.apply(neg, at('t'))), '1 I', []);
          return { next: { s: step.apply(mul, at('s'), step.einsum('oi,bi->bo', at('W'), step.apply(mul, at('x'), time))) } };
        },
      }),
      finalState,
    );
    expect(products(graph)).toEqual(['T 1 H']);
    expect(parts.step).toBeUndefined();
  });

  test('a product that only an output reads', () => {
    const { parts } = moved(
      (g) => ({ ...body(g), body: (step, at) => ({ next: { s: step.apply(tanh, at('s')) }, outputs: { a: step.apply(sigmoid, input(step, at)) } }) }),
      (loop) => [loop.final('s'), loop.output('a')],
    );
    expect(products(parts.body)).toEqual([]);
  });

  test('of what follows a product, only what makes it smaller', () => {
    const after = (make: (step: Sketch, product: Node) => Node) =>
      moved((g) => ({ ...body(g), body: (step, at) => ({ next: { s: step.apply(mul, at('s'), make(step, input(step, at))) } }) }), finalState).parts;
    expect(after((step, product) => step.apply(sigmoid, product)).body.nodes.some(({ op }) => op.name === sigmoid.name)).toBe(true);
    const largest = after((step, product) => step.repeat(step.with(reduceMax, { axes: [1] }, product), '1 H', [0]));
    expect(shapes(largest.sequences)).toEqual(['T 1']);
  });

  test('the factors of an outer product, not the outer product', () => {
    const g = new Sketch();
    const loop = addLoop(g, {
      carries: { C: g.input('C', '1 H H') },
      sequences: { x: g.input('x', 'T 1 I') },
      invariants: { W: g.input('W', 'H I'), V: g.input('V', 'H I') },
      body: (step, at) => {
        const of = (weights: string) => step.apply(tanh, step.einsum('oi,bi->bo', at(weights), at('x')));
        return { next: { C: step.apply(add, at('C'), step.einsum('bi,bj->bij', of('W'), of('V'))) } };
      },
    });
    const graph = g.finish(loop.final('C'));
    const result = trim(moveSequenceWork(graph, always));
    expectEquivalent(result, graph);
    expect(shapes(onlyLoop(result).parts.sequences)).toEqual(['T 1 H', 'T 1 H']);
  });

  test('nothing that a carry is needed for, and no map alone', () => {
    const g = new Sketch();
    const loop = addLoop(g, {
      ...body(g),
      body: (step, at) => ({ next: { s: step.apply(add, step.apply(tanh, recurrent(step, at)), step.repeat(step.einsum('bi,bi->b', at('x'), step.apply(tanh, at('x'))), '1 H', [0])) } }),
    });
    const graph = g.finish(loop.final('s'));
    expect(printGraph(moveSequenceWork(graph, always))).toBe(printGraph(moveSequenceWork(graph, never)));
  });

  test('goes out of nested loops as far as it can', () => {
    const g = new Sketch();
    const loop = addLoop(g, {
      carries: { s: g.input('s', '1 H') },
      sequences: { x: g.input('x', 'T S 1 I') },
      invariants: { W: g.input('W', 'H I') },
      body: (step, at) => {
        const inner = addLoop(step, {
          carries: { r: at('s') },
          sequences: { x: at('x') },
          invariants: { W: at('W') },
          length: Dim.symbol('S'),
          body: (innermost, within) => ({ next: { r: innermost.apply(mul, within('r'), innermost.einsum('oi,bi->bo', within('W'), within('x'))) } }),
        });
        return { next: { s: inner.final('r') } };
      },
    });
    const graph = g.finish(loop.final('s'));
    const result = moveSequenceWork(graph, always);
    expectEquivalent(result, graph);
    expect(products(result)).toEqual(['T S 1 H']);
  });
});

describe('by cost', () => {
  const expectUnmoved = (graph: Graph): void => {
    expect(printGraph(moveSequenceWork(graph))).toBe(printGraph(moveSequenceWork(graph, never)));
  };
  const productsOfLoops = (graph: Graph): string[][] => loopsOf(graph).map(({ parts }) => products(parts.body));

  test('the input product of a vanilla LSTM leaves at batch 1, packed over its gates, and stays in one kernel with the other at batch 16', () => {
    const forward = packed(forwardGraph(vanillaLstm));
    const single = moveSequenceWork(fixBatch(forward, 1));
    expect(products(single)).toEqual(['T 1 4H']);
    expect(productsOfLoops(single)).toEqual([['1 4H']]);
    for (const graph of [forward, fixBatch(forward, 16)]) expectUnmoved(graph);
  });

  test('layers on top of each other each hand over their own', () => {
    const model = defineModel('twoLayers', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => {
      const lower = sequence(vanillaLstm, { x }, { name: 'lower' });
      const upper = sequence(vanillaLstm, { x: lower.outputs.y }, { name: 'upper', reverse: true });
      return { outputs: { y: upper.outputs.y } };
    });
    const graph = fixBatch(packed(batchStage(model)), 1);
    const result = moveSequenceWork(graph);
    expectEquivalent(result, graph);
    expect(products(result)).toEqual(['T 1 4H', 'T 1 4H']);
    expect(productsOfLoops(result)).toEqual([['1 4H'], ['1 4H']]);
  });

  test('a layer norm behind the product leaves with it at batch 1, and stays with it at a free batch', () => {
    const forward = packed(forwardGraph(layerNormLstm));
    const sums = (graph: Graph): number => graph.nodes.filter(({ op }) => op.name === reduceSum.name).length;
    const single = moveSequenceWork(fixBatch(forward, 1));
    expect(products(single)).toEqual(['T 1 4H']);
    expect(sums(single)).toBe(2);
    expect(sums(onlyLoop(forward).parts.body) - sums(onlyLoop(single).parts.body)).toBe(2);
    expectUnmoved(forward);
  });
});

describe('all cells', () => {
  test.each(cellsOf(library))('%s: everything that can leave leaves without changing a value, at any batch', (_, cell) => {
    const graph = packed(forwardGraph(cell));
    equivalentTo(graph)(moveSequenceWork(graph, always));
  });

  test.each(cellsOf(library))('%s: gradients at batch 1 stay, and the kernels compute them', (_, cell) => {
    const forward = fixBatch(batchStage(cellModel(cell)), 1);
    const plain = gradientsOf(forward);
    const before = moveSequenceWork(packed(forward), always);
    const optimized = runPasses(gradientsOf(before), afterDifferentiation);
    const sizes = { ...sizesOf(plain), T: 3 };
    const inputs = drawInputs(plain, sizes, uniform(3));
    equivalentTo(plain, { sizes, inputs, tolerance: 1e-11 })(optimized);
    const wanted = evaluate(optimized, inputs, sizes);
    const run = compileGraph(optimized, { sizes });
    const found = run(new Map([...inputs].map(([input, { data }]) => [input, data])));
    for (const [output, { data }] of wanted) {
      const scale = Math.max(1, ...data.map(Math.abs));
      found.get(output)?.forEach((value, k) => { expect(Math.abs(value - (data[k] ?? NaN)) / scale, `${output}[${String(k)}]`).toBeLessThan(1e-11); });
      expect(found.get(output)?.length).toBe(data.length);
    }
  });
});
