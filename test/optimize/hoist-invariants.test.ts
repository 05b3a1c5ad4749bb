import { expect, test } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import { hoistInvariants } from '../../src/optimize/hoist-invariants.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import { expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import { onlyLoop } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, exp, mul, neg, softplus, tanh } = registry;

const opsOf = (graph: Parameters<typeof onlyLoop>[0]): string[] => graph.nodes.map(({ op }) => op.name).sort();

test('work on invariants alone is done before the loop, and only its result is passed in', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    carries: { s: g.x('B H') },
    invariants: { w: g.input('w', 'H') },
    body: (step, at) => {
      const decay = step.apply(exp, step.apply(neg, step.apply(softplus, at('w'))));
      step.builder.name(decay, 'decay');
      return { next: { s: step.apply(tanh, step.apply(mul, at('s'), step.repeat(decay, 'B H', [1]))) } };
    },
  });
  const graph = g.finish(loop.final('s'));
  const result = trim(hoistInvariants(graph));
  expectEquivalent(result, graph);
  const { parts } = onlyLoop(result);
  expect(opsOf(parts.body)).toEqual(['broadcast', 'input', 'input', 'mul', 'tanh']);
  expect(parts.invariants.map(({ input, value }) => [input, value.op.name])).toEqual([['decay', 'exp']]);
});

test('copies of invariants stay inside, and so does what depends on a carry, a sequence or the step', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    step: true,
    carries: { s: g.x('B H') },
    sequences: { a: g.input('a', 'T B H') },
    invariants: { w: g.input('w', 'H') },
    body: (step, at) => {
      const wide = step.repeat(at('w'), 'B H', [1]);
      const time = step.repeat(step.apply(exp, step.apply(neg, at('t'))), 'B H', []);
      return { next: { s: [wide, time, step.apply(exp, at('a'))].reduce((sum, term) => step.apply(add, sum, term), at('s')) } };
    },
  });
  const graph = g.finish(loop.final('s'));
  const before = onlyLoop(graph).parts;
  const after = onlyLoop(hoistInvariants(graph)).parts;
  expect(after.invariants.map(({ input }) => input)).toEqual(['w']);
  expect(opsOf(after.body)).toEqual(opsOf(before.body));
});

test('an output that is the same in each step leaves the loop', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    carries: { s: g.x('H') },
    invariants: { w: g.input('w', 'H') },
    body: (step, at) => ({
      next: { s: step.apply(mul, at('s'), at('w')) },
      outputs: { same: step.apply(tanh, at('w')) },
      sums: { same: step.apply(exp, at('w')) },
    }),
  });
  const graph = g.finish(loop.final('s'), loop.output('same'), loop.sum('same'));
  const result = trim(hoistInvariants(graph));
  expectEquivalent(result, graph);
  const { parts } = onlyLoop(result);
  expect([parts.outputs, parts.sums]).toEqual([[], []]);
});

test('work goes out of all loops that do not change it', () => {
  const g = new Sketch();
  const loop = addLoop(g, {
    carries: { s: g.x('H') },
    invariants: { w: g.input('w', 'H') },
    body: (step, at) => {
      const inner = addLoop(step, {
        carries: { r: at('s') },
        invariants: { w: at('w'), s: at('s') },
        length: Dim.symbol('S'),
        body: (innermost, within) => {
          const fixed = innermost.apply(mul, innermost.apply(tanh, within('w')), innermost.apply(tanh, within('s')));
          return { next: { r: innermost.apply(mul, within('r'), fixed) } };
        },
      });
      return { next: { s: inner.final('r') } };
    },
  });
  const graph = g.finish(loop.final('s'));
  const result = trim(hoistInvariants(graph));
  expectEquivalent(result, graph);
  const { parts } = onlyLoop(result);
  expect(opsOf(onlyLoop(parts.body).parts.body)).toEqual(['input', 'input', 'mul']);
  expect(parts.body.nodes.filter(({ op }) => op.name === 'tanh')).toHaveLength(1);
  expect(result.nodes.filter(({ op }) => op.name === 'tanh')).toHaveLength(1);
});
