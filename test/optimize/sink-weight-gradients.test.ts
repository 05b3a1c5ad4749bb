import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { verify } from '../../src/graph/verify.js';
import { sinkWeightGradients } from '../../src/optimize/sink-weight-gradients.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import { expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import type { LoopSketch, SketchedLoop } from './loop-sketch.js';
import { onlyLoop } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, einsum, mul, tanh } = registry;

const products = (graph: Graph): string[] => graph.nodes.filter(({ op }) => op.name === einsum.name).map(({ type }) => type.shape.map(String).join(' '));

/** Adjoints `d_t` of a state, of which gradients are made. */
function sunk(
  make: (step: Sketch, at: (name: string) => Node, d: Node) => Omit<ReturnType<LoopSketch['body']>, 'next'>,
  read: (loop: SketchedLoop) => readonly Node[],
): { graph: Graph; body: Graph } {
  const g = new Sketch();
  const loop = addLoop(g, {
    reverse: true,
    carries: { s: g.input('s', 'B H') },
    sequences: { x: g.input('x', 'T B I'), f: g.input('f', 'T B H'), k: g.input('k', 'T B I') },
    invariants: { W: g.input('W', 'H I'), V: g.input('V', 'H I') },
    body: (step, at) => {
      const d = step.apply(mul, at('s'), at('f'));
      return { next: { s: d }, ...make(step, at, d) };
    },
  });
  const graph = g.finish(...read(loop));
  const result = trim(sinkWeightGradients(graph));
  verify(result);
  expectEquivalent(result, graph);
  return { graph: result, body: onlyLoop(result).parts.body };
}

const back = (step: Sketch, d: Node, weights: Node): Node => step.einsum('bh,hi->bi', d, weights);

describe('products that no carry needs', () => {
  test('are summed over all steps at once where they were summed step by step', () => {
    const { graph, body } = sunk((step, at, d) => ({ sums: { W: step.einsum('bh,bi->hi', d, at('x')) } }), (loop) => [loop.sum('W')]);
    expect([products(graph), products(body)]).toEqual([['H I'], []]);
  });

  test('are computed for all steps at once where they were stacked, and so are sums of them', () => {
    const one = sunk((step, at, d) => ({ outputs: { x: back(step, d, at('W')) } }), (loop) => [loop.output('x'), loop.final('s')]);
    expect([products(one.graph), products(one.body)]).toEqual([['T B I'], []]);
    const two = sunk(
      (step, at, d) => ({ outputs: { x: step.apply(add, back(step, d, at('W')), back(step, step.apply(tanh, d), at('V'))) } }),
      (loop) => [loop.output('x')],
    );
    expect([products(two.graph), products(two.body)]).toEqual([['T B I', 'T B I'], []]);
  });

  test('stay where they are part of a sum of other things, which is stacked in any case', () => {
    const { graph, body } = sunk((step, at, d) => ({ outputs: { x: step.apply(add, back(step, d, at('W')), at('k')) } }), (loop) => [loop.output('x')]);
    expect([products(graph), products(body)]).toEqual([[], ['B I']]);
  });
});
