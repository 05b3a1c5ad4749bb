import { describe, expect, test } from 'vitest';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import { Dim } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { simplify } from '../../src/optimize/simplify.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import { gradientGraph } from './cell-graphs.js';
import { expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import type { LoopSketch, SketchedLoop } from './loop-sketch.js';
import { loopsOf, onlyLoop } from './loops.js';
import type { Loop } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, exp, mul, neg, sigmoid, sub, tanh } = registry;

function graphOf(make: (g: Sketch) => LoopSketch, read: (loop: SketchedLoop) => Node[]): Graph {
  const g = new Sketch();
  return g.finish(...read(addLoop(g, make(g))));
}

/** Trims, checks that the values stay, and gives the loop that is left. */
function trimmed(graph: Graph): Loop {
  const result = trim(graph);
  expectEquivalent(result, graph);
  return onlyLoop(result);
}

const names = (list: readonly { readonly input: string }[]): string[] => list.map(({ input }) => input);

describe('what nobody reads', () => {
  test('outputs and sums go, and the inputs that only they read', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H') },
      sequences: { a: g.input('a', 'T H'), b: g.input('b', 'T H') },
      invariants: { w: g.input('w', 'H'), v: g.input('v', 'H') },
      body: (step, at) => ({
        next: { s: step.apply(add, step.apply(tanh, at('s')), step.apply(mul, at('a'), at('w'))) },
        outputs: { a: step.apply(exp, at('a')), b: step.apply(exp, at('b')) },
        sums: { v: step.apply(mul, at('v'), at('b')) },
      }),
    });
    const { parts } = trimmed(graphOf(make, (loop) => [loop.final('s'), loop.output('a')]));
    expect(parts.outputs).toEqual(['out.a']);
    expect(parts.sums).toEqual([]);
    expect(names(parts.sequences)).toEqual(['a']);
    expect(names(parts.invariants)).toEqual(['w']);
    expect([...parts.body.inputs.keys()]).toEqual(['s', 'a', 'w']);
    expect([...parts.body.outputs.keys()]).toEqual(['next.s', 'out.a']);
  });

  test('a carry stays while one that is read depends on it, through any number of others', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { p: g.x('H'), q: g.y('H'), r: g.z('H'), s: g.input('s', 'H') },
      body: (step, at) => ({
        next: {
          p: step.apply(tanh, at('q')),
          q: step.apply(exp, at('r')),
          r: step.apply(sigmoid, at('r')),
          s: step.apply(add, at('s'), at('p')),
        },
      }),
    });
    expect(names(trimmed(graphOf(make, (loop) => [loop.final('p')])).parts.carries)).toEqual(['p', 'q', 'r']);
    expect(names(trimmed(graphOf(make, (loop) => [loop.history('r')])).parts.carries)).toEqual(['r']);
  });

  test('an earlier loop keeps only what a later one still reads', () => {
    const g = new Sketch();
    const first = addLoop(g, {
      carries: { s: g.x('H') },
      body: (step, at) => ({
        next: { s: step.apply(tanh, at('s')) },
        outputs: { kept: step.apply(exp, at('s')), dropped: step.apply(neg, at('s')) },
      }),
    });
    const second = addLoop(g, {
      carries: { r: g.y('H') },
      sequences: { a: first.output('kept'), b: first.output('dropped') },
      body: (step, at) => ({ next: { r: step.apply(mul, at('r'), at('a')) }, outputs: { b: step.apply(exp, at('b')) } }),
    });
    const graph = g.finish(second.final('r'));
    const result = trim(graph);
    expectEquivalent(result, graph);
    expect(loopsOf(result).map(({ parts }) => parts.outputs)).toEqual([['out.kept'], []]);
  });

  test('loops inside loops are trimmed, and what only they needed goes as well', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H') },
      sequences: { a: g.input('a', 'T S H') },
      body: (step, at) => {
        const inner = addLoop(step, {
          carries: { r: at('s') },
          sequences: { row: at('a') },
          length: Dim.symbol('S'),
          body: (innermost, within) => ({
            next: { r: innermost.apply(tanh, within('r')) },
            outputs: { row: innermost.apply(exp, within('row')) },
          }),
        });
        return { next: { s: inner.final('r') } };
      },
    });
    const { parts } = trimmed(graphOf(make, (loop) => [loop.final('s')]));
    expect(parts.sequences).toEqual([]);
    expect(onlyLoop(parts.body).parts.outputs).toEqual([]);
    expect(onlyLoop(parts.body).parts.sequences).toEqual([]);
  });

  test('a loop that nobody reads goes; the inputs of the graph stay, being its signature', () => {
    const g = new Sketch();
    addLoop(g, { carries: { s: g.y('H') }, body: (step, at) => ({ next: { s: step.apply(tanh, at('s')) } }) });
    const result = trim(g.finish(g.apply(tanh, g.x())));
    expect(loopsOf(result)).toEqual([]);
    expect([...result.inputs.keys()]).toEqual(['y', 'x']);
  });
});

describe('what needs no storage of its own', () => {
  test.each([false, true])('states among the outputs are read from the history (reverse: %s)', (reverse) => {
    const make = (g: Sketch): LoopSketch => ({
      reverse,
      carries: { s: g.x('H') },
      sequences: { a: g.input('a', 'T H') },
      body: (step, at) => {
        const next = step.apply(tanh, step.apply(sub, at('a'), at('s')));
        return { next: { s: next }, outputs: { before: at('s'), after: next, own: step.apply(exp, next) } };
      },
    });
    const { parts } = trimmed(graphOf(make, (loop) => ['before', 'after', 'own'].map((name) => loop.output(name))));
    expect(parts.outputs).toEqual(['out.own']);
  });

  test('outputs and sums that pass inputs through, or are the same in each step, leave the loop', () => {
    const make = (g: Sketch): LoopSketch => ({
      step: true,
      carries: { s: g.x('H') },
      sequences: { a: g.input('a', 'T H') },
      invariants: { w: g.input('w', 'H') },
      body: (step, at) => ({
        next: { s: step.apply(tanh, at('s')) },
        outputs: { a: at('a'), w: at('w'), t: at('t'), one: step.fill(1, 'H'), spread: step.repeat(at('w'), 'B H', [1]) },
        sums: { w: at('w'), three: step.fill(3, 'H'), zero: step.fill(0, 'H') },
      }),
    });
    const graph = graphOf(make, (loop) => [
      ...['a', 'w', 't', 'one', 'spread'].map((name) => loop.output(name)),
      ...['w', 'three', 'zero'].map((name) => loop.sum(name)),
    ]);
    const result = trim(graph);
    expectEquivalent(result, graph);
    expect(loopsOf(result)).toEqual([]);
  });

  test('equal outputs, equal sums and equal carries are one', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { r: g.x('H'), s: g.x('H') },
      body: (step, at) => {
        const next = step.apply(tanh, step.apply(add, at('r'), at('s')));
        const own = step.apply(exp, at('r'));
        return { next: { r: next, s: next }, outputs: { own, again: own }, sums: { own, again: own } };
      },
    });
    const all = (loop: SketchedLoop): Node[] => [
      ...['r', 's'].flatMap((name) => [loop.final(name), loop.history(name)]),
      ...['own', 'again'].flatMap((name) => [loop.output(name), loop.sum(name)]),
    ];
    const { parts } = trimmed(graphOf(make, all));
    expect(names(parts.carries)).toEqual(['r']);
    expect([parts.outputs, parts.sums]).toEqual([['out.own'], ['sum.own']]);
  });
});

describe('a carry that never changes', () => {
  const readAll = (loop: SketchedLoop): Node[] => [loop.final('s'), loop.final('fixed'), loop.history('fixed'), loop.output('before')];

  test('is an invariant where its next value is itself', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H'), fixed: g.y('H') },
      body: (step, at) => ({
        next: { s: step.apply(add, at('s'), at('fixed')), fixed: at('fixed') },
        outputs: { before: at('fixed') },
      }),
    });
    const { parts } = trimmed(graphOf(make, readAll));
    expect(names(parts.carries)).toEqual(['s']);
    expect(names(parts.invariants)).toEqual(['fixed']);
    expect(parts.outputs).toEqual([]);
  });

  test('is an invariant where each step sets it to what it starts from', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H'), fixed: g.y('H') },
      invariants: { start: g.y('H') },
      body: (step, at) => ({
        next: { s: step.apply(add, at('s'), at('fixed')), fixed: at('start') },
        outputs: { before: at('fixed') },
      }),
    });
    const { parts } = trimmed(graphOf(make, readAll));
    expect(names(parts.carries)).toEqual(['s']);
    expect(parts.invariants).toHaveLength(1);
  });

  test('is a constant inside where it starts as one and stays so', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H'), fixed: g.fill(0, 'H') },
      body: (step, at) => ({
        next: { s: step.apply(tanh, step.apply(add, at('s'), at('fixed'))), fixed: step.fill(0, 'H') },
        outputs: { before: at('fixed') },
      }),
    });
    const graph = graphOf(make, readAll);
    const { parts } = trimmed(graph);
    expect([...parts.body.inputs.keys()]).toEqual(['s']);
    expect(onlyLoop(simplify(trim(graph))).parts.body.nodes.map(({ op }) => op.name)).toEqual(['input', 'tanh']);
  });

  test('but not where only the first or only the later values are constant', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.fill(1, 'H'), fixed: g.y('H') },
      body: (step, at) => ({
        next: { s: step.apply(add, at('s'), at('fixed')), fixed: step.fill(0, 'H') },
        outputs: { before: at('fixed') },
      }),
    });
    expect(names(trimmed(graphOf(make, readAll)).parts.carries)).toEqual(['s', 'fixed']);
  });
});

describe('what is passed in', () => {
  test('comes once', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('H') },
      sequences: { a: g.input('a', 'T H'), again: g.input('a', 'T H') },
      invariants: { w: g.input('w', 'H'), other: g.input('w', 'H') },
      body: (step, at) => ({
        next: {
          s: step.apply(add, step.apply(mul, at('s'), step.apply(sub, at('a'), at('again'))), step.apply(mul, at('w'), at('other'))),
        },
      }),
    });
    const { parts } = trimmed(graphOf(make, (loop) => [loop.final('s')]));
    expect(names(parts.sequences)).toEqual(['a']);
    expect(names(parts.invariants)).toEqual(['w']);
  });

  test('comes as small as it is: constants inside, repeated rows as an invariant, repeated columns repeated inside', () => {
    const make = (g: Sketch): LoopSketch => ({
      carries: { s: g.x('B H') },
      sequences: {
        zero: g.fill(0, 'T B H'),
        row: g.repeat(g.input('row', 'B H'), 'T B H', [1, 2]),
        mask: g.repeat(g.input('mask', 'T B'), 'T B H', [0, 1]),
      },
      invariants: { two: g.fill(2, 'B H'), bias: g.repeat(g.input('bias', 'H'), 'B H', [1]) },
      body: (step, at) => ({
        next: { s: ['zero', 'row', 'mask', 'two', 'bias'].reduce((sum, name) => step.apply(add, sum, at(name)), step.apply(tanh, at('s'))) },
      }),
    });
    const { parts } = trimmed(graphOf(make, (loop) => [loop.final('s'), loop.history('s')]));
    const types = Object.fromEntries([...parts.body.inputs].map(([name, { type }]) => [name, type.shape.map((dim) => dim.key)]));
    expect(types).toEqual({ s: ['B', 'H'], row: ['B', 'H'], mask: ['B'], bias: ['H'] });
    expect(names(parts.sequences)).toEqual(['mask']);
    expect(names(parts.invariants)).toEqual(['row', 'bias']);
  });
});

test('the backward loop of the vanilla LSTM reads states, input and gates, and the forward loop stores no more', () => {
  const graph = trim(simplify(gradientGraph(vanillaLstm)));
  const [forward, backward] = loopsOf(graph);
  // The next state is read from the history; tanh(cNext), which has no name, is saved.
  expect(forward?.parts.outputs).toEqual(['z', 'i', 'f', 'o', 'saved']);
  expect(new Set(names(backward?.parts.sequences ?? []))).toEqual(
    new Set(['dout.y', 'y', 'c', 'c.next', 'x', 'z', 'i', 'f', 'o', 'saved']),
  );
  expect(names(backward?.parts.carries ?? [])).toEqual(['dy', 'dc']);
});
