import { expect, test } from 'vitest';
import { dropGradientMarkers } from '../../src/optimize/drop-gradient-markers.js';
import { registry } from '../../src/ops/registry.js';
import { expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import { nodesOf } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, clipCotangent, stopGradient, tanh } = registry;

test('markers go, inside loops too; their operands stay', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    carries: { s: g.apply(stopGradient, g.x('H')) },
    body: (step, at) => ({
      next: { s: step.apply(tanh, step.apply(add, step.with(clipCotangent, { bound: 1 }, at('s')), step.apply(stopGradient, at('s')))) },
    }),
  });
  const graph = g.finish(loop.final('s'));
  const result = dropGradientMarkers(graph);
  expectEquivalent(result, graph);
  expect([...nodesOf(result, stopGradient), ...nodesOf(result, clipCotangent)]).toEqual([]);
});

test('a marker that turns an index into a real stays', () => {
  const g = new Sketch();
  const graph = g.finish(g.apply(stopGradient, g.index()));
  expect(dropGradientMarkers(graph).output('out0').type.dtype).toBe('real');
});
