import { describe, expect, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { Dim } from '../../src/graph/dim.js';
import { substituteDims } from '../../src/graph/substitute.js';
import { inlineSingleStep } from '../../src/optimize/inline-single-step.js';
import { simplify } from '../../src/optimize/simplify.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import { cellsOf, forwardGraph, gradientGraph } from './cell-graphs.js';
import { equivalentTo, expectEquivalent, sizesOf } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import { loopsOf, nodesOf } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, concat, exp, mul, sub, tanh } = registry;
const one = new Map([['T', Dim.one]]);

test.each([false, true])('all results of a loop of one step (reverse: %s)', (reverse) => {
  const g = new Sketch();
  const loop = addLoop(g, {
    reverse,
    step: true,
    length: Dim.one,
    carries: { r: g.x('H'), s: g.y('H') },
    sequences: { a: g.input('a', '1 H') },
    invariants: { w: g.input('w', 'H') },
    body: (step, at) => ({
      next: { r: step.apply(tanh, step.apply(add, at('s'), at('a'))), s: step.apply(sub, at('r'), at('w')) },
      outputs: { out: step.apply(mul, at('r'), at('a')), index: at('t') },
      sums: { sum: step.apply(exp, at('w')) },
    }),
  });
  const results = ['r', 's'].flatMap((name) => [loop.final(name), loop.history(name)]);
  const graph = g.finish(...results, loop.output('out'), loop.output('index'), loop.sum('sum'));
  const result = inlineSingleStep(graph);
  expectEquivalent(result, graph);
  expect(loopsOf(result)).toEqual([]);
});

test('a loop of one step inside another loop, and none of more steps', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    carries: { s: g.x('H') },
    body: (step, at) => ({
      next: { s: addLoop(step, { length: Dim.one, carries: { r: at('s') }, body: (inner, within) => ({ next: { r: inner.apply(tanh, within('r')) } }) }).final('r') },
    }),
  });
  const graph = g.finish(loop.final('s'));
  const result = inlineSingleStep(graph);
  expectEquivalent(result, graph);
  expect(loopsOf(result)).toHaveLength(1);
  expect(nodesOf(result, registry.scan)).toHaveLength(1);
});

describe.each(cellsOf(library))('%s', (_, cell) => {
  test.each([['forward', forwardGraph], ['gradient', gradientGraph]] as const)('%s: the streaming step has no loop and no history', (__, make) => {
    const graph = substituteDims(make(cell), one);
    const check = equivalentTo(graph, { sizes: { ...sizesOf(graph), T: 1 }, tolerance: 1e-12 });
    const inlined = inlineSingleStep(graph);
    check(inlined);
    const step = trim(simplify(inlined));
    check(step);
    expect(loopsOf(step)).toEqual([]);
    // Histories are concats along the first axis; cells may have concats of their own.
    expect(nodesOf(step, concat).filter(({ attributes, type }) => attributes.axis === 0 && type.shape[0]?.equals(Dim.constant(2)))).toEqual([]);
  });
});
