import { describe, expect, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { gruV3 } from '../../src/cells/gru.js';
import { mlstm } from '../../src/cells/mlstm.js';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { verify } from '../../src/graph/verify.js';
import { chooseWhatToSave } from '../../src/optimize/choose-what-to-save.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { trim } from '../../src/optimize/trim.js';
import { registry } from '../../src/ops/registry.js';
import { cellsOf, forwardGraph, gradientsOf, hessianVectorGraph } from './cell-graphs.js';
import { equivalentTo, expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import type { LoopSketch } from './loop-sketch.js';
import { loopsOf } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, exp, floor, mul, neg, sigmoid, sub, tanh } = registry;
type At = (name: string) => Node;

const name = 'choose-what-to-save';
const shapes = (nodes: readonly Node[]): string[] => nodes.map(({ type }) => type.shape.map(String).join(' '));

/** What the first loop saves and what the second reads, once chosen. */
function chosen(graph: Graph): { saved: readonly string[]; read: readonly string[]; step: boolean; first: Graph; second: Graph } {
  const result = trim(chooseWhatToSave(graph));
  verify(result);
  expectEquivalent(result, graph);
  const [first, second] = loopsOf(result);
  if (first === undefined || second === undefined) throw new Error('the graph has no two loops');
  return {
    saved: first.parts.outputs,
    read: second.parts.sequences.map(({ input }) => input),
    step: second.parts.step !== undefined,
    first: first.parts.body,
    second: second.parts.body,
  };
}

/** A loop that saves some values, and one the other way that multiplies an adjoint by each of them. */
function savedAndRead(
  g: Sketch,
  names: readonly string[],
  values: (step: Sketch, at: At, next: Node) => Readonly<Record<string, Node>>,
  { reverse = false, ...more }: Partial<LoopSketch> = {},
): Node[] {
  const first = addLoop(g, {
    reverse,
    step: true,
    carries: { s: g.input('s', 'B H') },
    sequences: { x: g.input('xs', 'T B H') },
    invariants: { w: g.input('w', 'H') },
    ...more,
    body: (step, at) => {
      const next = step.apply(tanh, step.apply(add, at('s'), at('x')));
      return { next: { s: next }, outputs: values(step, at, next) };
    },
  });
  const second = addLoop(g, {
    reverse: !reverse,
    carries: { d: g.input('d', 'B H') },
    sequences: Object.fromEntries(names.map((each) => [each, first.output(each)])),
    body: (step, at) => ({ next: { d: names.reduce((d, each) => step.apply(mul, d, at(each)), at('d')) } }),
  });
  return [first.final('s'), second.final('d')];
}

const oneMinus = (step: Sketch, value: Node): Node => step.apply(sub, step.fill(1, 'B H'), value);

describe('a later loop', () => {
  test.each([false, true])('computes 1 - u from the saved u; the earlier loop running backwards: %s', (reverse) => {
    const g = new Sketch();
    const { saved, read } = chosen(g.finish(...savedAndRead(g, ['u', 'rest'], (step, at) => {
      const u = step.apply(sigmoid, at('x'));
      return { u, rest: oneMinus(step, u) };
    }, { reverse })));
    expect(saved).toEqual(['out.u']);
    expect(read).toEqual(['u']);
  });

  test.each([false, true])('computes again from states before and after the step, inputs, invariants and the step index; backwards: %s', (reverse) => {
    const g = new Sketch();
    const { saved, read, step, second } = chosen(g.finish(...savedAndRead(g, ['before', 'after', 'time'], (inner, at, next) => ({
      before: inner.apply(mul, at('s'), inner.repeat(at('w'), 'B H', [1])),
      after: inner.apply(neg, next),
      time: inner.apply(mul, at('x'), inner.repeat(at('t'), 'B H', [])),
    }), { reverse })));
    expect(saved).toEqual([]);
    expect(new Set(read)).toEqual(new Set(['s', 'x', 'saved']));
    expect(step).toBe(true);
    expect([...second.inputs.keys()]).toContain('w');
  });

  test('reads what a transcendental function made, and small values', () => {
    const g = new Sketch();
    const { saved } = chosen(g.finish(...savedAndRead(g, ['wave', 'square'], (step, at) => ({ wave: step.apply(exp, at('x')), square: step.apply(tanh, at('s')) }))));
    expect(saved).toEqual(['out.wave', 'out.square']);
    const small = new Sketch();
    const scalars = (step: Sketch, at: At): Readonly<Record<string, Node>> => ({ rest: step.apply(neg, at('x')) });
    const loop = { carries: { s: small.input('s', '') }, sequences: { x: small.input('xs', 'T') } };
    const first = addLoop(small, { ...loop, body: (step, at) => ({ next: { s: step.apply(add, at('s'), at('x')) }, outputs: scalars(step, at) }) });
    const second = addLoop(small, { reverse: true, carries: { d: small.input('d', '') }, sequences: { rest: first.output('rest') }, body: (step, at) => ({ next: { d: step.apply(mul, at('d'), at('rest')) } }) });
    expect(chosen(small.finish(first.final('s'), second.final('d'))).saved).toEqual(['out.rest']);
  });

  test('rounds down what it was given, not what was saved', () => {
    const g = new Sketch();
    const { saved } = chosen(g.finish(...savedAndRead(g, ['u', 'whole', 'given'], (step, at) => {
      const u = step.apply(sigmoid, at('x'));
      return { u, whole: step.apply(floor, step.apply(add, u, at('x'))), given: step.apply(floor, step.apply(add, at('x'), at('x'))) };
    })));
    expect(saved).toEqual(['out.u', 'out.whole']);
  });

  test('reads one value in the place of two that are cheap to make of it', () => {
    const g = new Sketch();
    const { saved, read } = chosen(g.finish(...savedAndRead(g, ['twice', 'rest'], (step, at) => {
      const u = step.builder.name(step.apply(sigmoid, at('x')), 'u');
      return { twice: step.apply(add, u, u), rest: oneMinus(step, u) };
    })));
    expect(saved).toEqual(['u']);
    expect(read).toEqual(['u']);
  });

  test('reads what is saved for others anyway, or computes it again, and so do two loops', () => {
    const g = new Sketch();
    const first = addLoop(g, {
      carries: { s: g.input('s', 'B H') },
      sequences: { x: g.input('xs', 'T B H') },
      body: (step, at) => {
        const u = step.apply(sigmoid, at('x'));
        return { next: { s: step.apply(mul, at('s'), u) }, outputs: { u, rest: oneMinus(step, u), wave: step.apply(exp, u) } };
      },
    });
    const later = (adjoint: string, reverse: boolean, read: readonly string[]) =>
      addLoop(g, {
        reverse,
        carries: { d: g.input(adjoint, 'B H') },
        sequences: Object.fromEntries(read.map((each) => [each, first.output(each)])),
        body: (step, at) => ({ next: { d: read.reduce((d, each) => step.apply(mul, d, at(each)), at('d')) } }),
      });
    const graph = g.finish(later('d', true, ['u', 'rest']).final('d'), later('e', false, ['rest', 'wave']).final('d'), first.output('wave'));
    const result = trim(chooseWhatToSave(graph));
    verify(result);
    expectEquivalent(result, graph);
    const loops = loopsOf(result);
    expect(loops[0]?.parts.outputs).toEqual(['out.u', 'out.wave']);
    expect(loops.slice(1).map(({ parts }) => parts.sequences.map(({ input }) => input))).toEqual([['u'], ['wave', 'saved']]);
  });
});

/** As a build does it. */
const optimized = (forward: Graph, disabled: readonly string[] = []): Graph => {
  const off = new Set(disabled);
  return runPasses(gradientsOf(runPasses(forward, beforeDifferentiation, undefined, off)), afterDifferentiation, undefined, off);
};

const stacked = (graph: Graph): string[] => {
  const [forward] = loopsOf(graph);
  return shapes((forward?.parts.outputs ?? []).map((output) => forward?.parts.body.output(output)).filter((node) => node !== undefined));
};

describe('cells', () => {
  test('a GRU saves no 1 - u, an LSTM its tanh c still', () => {
    expect(stacked(optimized(forwardGraph(gruV3), [name]))).toHaveLength(5);
    expect(stacked(optimized(forwardGraph(gruV3)))).toHaveLength(4);
    expect(stacked(optimized(forwardGraph(vanillaLstm)))).toEqual(stacked(optimized(forwardGraph(vanillaLstm), [name])));
  });

  test('a matrix memory saves its memory, and no other matrix', () => {
    expect(stacked(optimized(forwardGraph(mlstm), [name]))).toContain('B H H');
    expect(stacked(optimized(forwardGraph(mlstm)))).not.toContain('B H H');
  });

  test.each(cellsOf(library))('%s: no more is saved, second derivatives stay', (_, cell) => {
    const elements = (graph: Graph): number => loopsOf(graph).flatMap(({ parts }) => parts.outputs).length;
    const forward = forwardGraph(cell);
    expect(elements(optimized(forward))).toBeLessThanOrEqual(elements(optimized(forward, [name])));
    const graph = trim(hessianVectorGraph(cell));
    equivalentTo(graph, { tolerance: 1e-10 })(trim(chooseWhatToSave(graph)));
  });
});
