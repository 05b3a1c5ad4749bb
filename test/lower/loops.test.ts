import { describe, expect, test } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import type { Node } from '../../src/graph/node.js';
import { add } from '../../src/ops/add.js';
import { concat } from '../../src/ops/concat.js';
import { fold } from '../../src/ops/fold.js';
import { gather } from '../../src/ops/gather.js';
import { mul } from '../../src/ops/mul.js';
import { pad } from '../../src/ops/pad.js';
import { reduceMax } from '../../src/ops/reduce-max.js';
import { reduceSum } from '../../src/ops/reduce-sum.js';
import { reshape } from '../../src/ops/reshape.js';
import { scatterAdd } from '../../src/ops/scatter-add.js';
import { slice } from '../../src/ops/slice.js';
import { split } from '../../src/ops/split.js';
import { tanh } from '../../src/ops/tanh.js';
import { transpose } from '../../src/ops/transpose.js';
import { windows } from '../../src/ops/windows.js';
import { resultOf } from '../../src/ops/construct.js';
import { drawInputs, uniform } from '../optimize/equivalence.js';
import { addLoop } from '../optimize/loop-sketch.js';
import { dims, Sketch } from '../optimize/rules/sketch.js';
import { expectCompiled } from './compiled.js';

const sizes = { T: 3, S: 2, H: 5, K: 3, B: 2 };

/** Graphs in which one storage must not stand in for another. Each gives its outputs. */
const cases: Readonly<Record<string, (g: Sketch) => readonly Node[]>> = {
  'two carries are swapped'(g) {
    const loop = addLoop(g, {
      carries: { a: g.input('a', 'H'), b: g.input('b', 'H') },
      body: (_, input) => ({ next: { a: input('b'), b: input('a') } }),
    });
    return [loop.final('a'), loop.final('b')];
  },
  'a carry is transposed in place'(g) {
    const loop = addLoop(g, {
      carries: { m: g.input('m', 'H H') },
      sequences: { x: g.input('x', 'T H H') },
      body: (step, input) => ({ next: { m: step.apply(add, step.with(transpose, { permutation: [1, 0] }, input('m')), input('x')) } }),
    });
    return [loop.final('m')];
  },
  'a carry is replaced by a product of itself'(g) {
    const loop = addLoop(g, {
      carries: { y: g.input('y', 'B H') },
      invariants: { R: g.input('R', 'H H') },
      body: (step, input) => ({ next: { y: step.einsum('bh,kh->bk', input('y'), input('R')) }, outputs: { before: input('y') } }),
    });
    return [loop.final('y'), loop.output('before')];
  },
  'a product reads what another carry was before'(g) {
    const loop = addLoop(g, {
      carries: { y: g.input('y', 'B H'), c: g.input('c', 'B H') },
      invariants: { R: g.input('R', 'H H') },
      body(step, input) {
        const y = step.apply(tanh, step.apply(add, input('y'), input('c')));
        return { next: { y, c: step.apply(add, step.einsum('bh,kh->bk', y, input('R')), input('y')) } };
      },
    });
    return [loop.final('y'), loop.final('c')];
  },
  'the weights of a product change from step to step'(g) {
    const loop = addLoop(g, {
      carries: { R: g.input('R', 'H H'), y: g.input('y', 'B H') },
      body: (step, input) => ({
        next: { R: step.apply(tanh, input('R')), y: step.apply(tanh, step.einsum('bh,kh->bk', input('y'), input('R'))) },
        sums: { y: input('y') },
      }),
    });
    return [loop.final('R'), loop.final('y'), loop.sum('y')];
  },
  'next carries, an output and two sums are one value'(g) {
    const loop = addLoop(g, {
      carries: { a: g.input('a', 'H'), b: g.input('b', 'H') },
      body(step, input) {
        const value = step.apply(tanh, step.apply(add, input('a'), input('b')));
        return { next: { a: value, b: value }, outputs: { value, a: input('a') }, sums: { first: value, second: value, a: input('a') } };
      },
    });
    return [loop.final('a'), loop.final('b'), loop.history('a'), loop.output('value'), loop.output('a'), loop.sum('first'), loop.sum('second'), loop.sum('a')];
  },
  'two sums are one product, and one is read by the loop too'(g) {
    const loop = addLoop(g, {
      sequences: { x: g.input('x', 'T B H'), d: g.input('d', 'T B K') },
      body(step, input) {
        const product = step.einsum('bh,bk->hk', input('x'), input('d'));
        return { sums: { first: product, second: product, third: step.apply(tanh, product) } };
      },
    });
    return [loop.sum('first'), loop.sum('second'), loop.sum('third')];
  },
  'one value is several outputs'(g) {
    const value = g.apply(tanh, g.input('x', 'H K'));
    const turned = g.with(transpose, { permutation: [1, 0] }, value);
    return [value, value, turned, turned, g.input('x', 'H K'), g.with(reshape, { shape: dims('H*K') }, turned)];
  },
  'parts of a join are used elsewhere'(g) {
    const a = g.apply(tanh, g.input('a', 'B H'));
    const b = g.einsum('bh,kh->bk', a, g.input('W', 'K H'));
    const joined = g.with(concat, { axis: 1 }, a, b, a);
    return [joined, g.apply(mul, a, a), b, g.with(concat, { axis: 0 }, a, a), g.with(reduceSum, { axes: [0] }, joined)];
  },
  'a join is joined and split again'(g) {
    const a = g.apply(tanh, g.input('a', 'B H'));
    const joined = g.with(concat, { axis: 1 }, g.with(concat, { axis: 1 }, a, g.input('b', 'B K')), a);
    const parts = g.with(split, { axis: 1, lengths: dims('H K H') }, joined);
    return [0, 1, 2].map((index) => g.apply(tanh, resultOf(g.builder, parts, index)));
  },
  'a loop has one result'(g) {
    const one = addLoop(g, {
      sequences: { x: g.input('x', 'T H') },
      body: (step, input) => ({ sums: { s: step.apply(tanh, input('x')) } }),
    });
    const other = addLoop(g, {
      sequences: { x: g.input('x', 'T H') },
      body: (step, input) => ({ outputs: { s: step.apply(add, input('x'), input('x')) } }),
    });
    return [g.apply(tanh, one.sum('s')), other.output('s')];
  },
  'a loop only hands on what it gets'(g) {
    const loop = addLoop(g, {
      carries: { a: g.input('a', 'H') },
      sequences: { x: g.input('x', 'T H') },
      invariants: { p: g.input('p', 'H') },
      reverse: true,
      body: (_, input) => ({ next: { a: input('a') }, outputs: { x: input('x'), p: input('p'), a: input('a') }, sums: { p: input('p') } }),
    });
    return [loop.final('a'), loop.history('a'), loop.output('x'), loop.output('p'), loop.output('a'), loop.sum('p')];
  },
  'a loop runs within a loop, over its state'(g) {
    const loop = addLoop(g, {
      carries: { y: g.input('y', 'H') },
      sequences: { x: g.input('x', 'T S H') },
      step: true,
      body(step, input) {
        const inner = addLoop(step, {
          carries: { c: input('y') },
          sequences: { x: input('x') },
          invariants: { y: input('y') },
          length: Dim.symbol('S'),
          reverse: true,
          body: (deep, own) => ({
            next: { c: deep.apply(tanh, deep.apply(add, deep.apply(mul, own('c'), own('y')), own('x'))) },
            outputs: { c: own('c') },
            sums: { c: own('c') },
          }),
        });
        return { next: { y: inner.final('c') }, outputs: { c: inner.output('c'), s: inner.sum('c'), h: inner.history('c') }, sums: { y: input('y') } };
      },
    });
    return [loop.final('y'), loop.output('c'), loop.output('s'), loop.output('h'), loop.sum('y')];
  },
  'rows are looked up and added up within a loop'(g) {
    const loop = addLoop(g, {
      carries: { table: g.input('table', 'H K') },
      sequences: { at: g.input('at', 'T B', 'index') },
      body(step, input) {
        const rows = step.apply(gather, input('table'), input('at'));
        const added = step.with(scatterAdd, { rows: Dim.from('H') }, rows, input('at'));
        return { next: { table: step.apply(tanh, step.apply(add, input('table'), added)) }, outputs: { rows }, sums: { added } };
      },
    });
    return [loop.final('table'), loop.output('rows'), loop.sum('added')];
  },
  'windows with a stride and their fold replace a carry'(g) {
    const attributes = { axis: 0, count: Dim.from(3), size: Dim.from(3), stride: 2, dilation: 1, before: Dim.from(1) };
    const loop = addLoop(g, {
      carries: { s: g.input('s', 'H') },
      body(step, input) {
        const taken = step.with(windows, attributes, input('s'));
        return { next: { s: step.apply(tanh, step.with(fold, { ...attributes, length: Dim.from('H') }, taken)) }, outputs: { taken } };
      },
    });
    return [loop.final('s'), loop.output('taken')];
  },
  'a carry shifts along itself'(g) {
    const loop = addLoop(g, {
      carries: { s: g.input('s', 'H') },
      body: (step, input) => ({
        next: { s: step.with(pad, { axis: 0, before: Dim.one, after: Dim.zero }, step.with(slice, { axis: 0, start: Dim.zero, length: Dim.from('H-1') }, input('s'))) },
        outputs: { s: input('s') },
      }),
    });
    return [loop.final('s'), loop.output('s')];
  },
  'rearranged values are rearranged again'(g) {
    const x = g.input('x', 'B H K');
    const flat = g.with(reshape, { shape: dims('B H*K') }, x);
    const turned = g.with(transpose, { permutation: [1, 0] }, flat);
    const again = g.with(reshape, { shape: dims('H K B') }, turned);
    const repeated = g.with(reshape, { shape: dims('T*H') }, g.repeat(g.input('v', 'H'), 'T H', [1]));
    return [g.apply(tanh, again), g.with(reshape, { shape: dims('H*K*B') }, again), repeated, g.with(reshape, { shape: dims('H T') }, repeated)];
  },
  'rows are normalized in a loop'(g) {
    const loop = addLoop(g, {
      carries: { s: g.input('s', 'B H') },
      body(step, input) {
        const largest = step.with(reduceMax, { axes: [1] }, input('s'));
        const total = step.with(reduceSum, { axes: [1] }, input('s'));
        const spread = step.apply(add, input('s'), step.repeat(step.apply(mul, largest, total), 'B H', [0]));
        return { next: { s: step.apply(tanh, spread) }, outputs: { largest } };
      },
    });
    return [loop.final('s'), loop.output('largest')];
  },
};

describe('the TypeScript computes what the interpreter does where', () => {
  test.each(Object.entries(cases))('%s', (_, build) => {
    const g = new Sketch();
    const graph = g.finish(...build(g));
    expect(graph.outputs.size).toBeGreaterThan(0);
    for (const own of [sizes, { T: 1, S: 1, H: 5, K: 1, B: 1 }]) {
      expectCompiled({ graph, sizes: own, inputs: drawInputs(graph, own, uniform(3)) });
    }
  });
});
