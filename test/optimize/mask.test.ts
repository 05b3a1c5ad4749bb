import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeclarationError } from '../../src/declare/declaration-error.js';
import { Dim } from '../../src/graph/dim.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { add } from '../../src/ops/add.js';
import { concat } from '../../src/ops/concat.js';
import { scalarConstant } from '../../src/ops/construct.js';
import { div } from '../../src/ops/div.js';
import { equal } from '../../src/ops/equal.js';
import { iota } from '../../src/ops/iota.js';
import { mul } from '../../src/ops/mul.js';
import type { Tensor } from '../../src/ops/op.js';
import { reduceMax } from '../../src/ops/reduce-max.js';
import { reduceSum } from '../../src/ops/reduce-sum.js';
import { reshape } from '../../src/ops/reshape.js';
import { slice } from '../../src/ops/slice.js';
import { elementCount } from '../../src/ops/strides.js';
import { lengthsInput, mask } from '../../src/optimize/mask.js';
import { checkDerivatives, gradientOf, tangentOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { randomGraph, randomScanGraph } from '../support/random-graph.js';
import type { RandomGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { before, expectZeroBehind, withPadding } from '../support/short-sequence.js';
import { expectClose, shapeOf, tensor } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';
import { levels, nodesOf } from './loops.js';
import { addLoop } from './loop-sketch.js';
import { Sketch } from './rules/sketch.js';

/** The inputs of a masked graph for the values of a short sequence; behind its end stands rubbish. */
function padded(graph: Graph, short: Tensors, sizes: Sizes, steps: number): Tensors {
  const values = [...graph.inputs].flatMap(([name, { type }], k) => {
    const own = short.get(name);
    return own === undefined ? [] : [[name, withPadding(own, type, sizes, k)] as const];
  });
  return new Map([...values, [lengthsInput, tensor([], [steps])]]);
}

/** A graph for a short sequence, and the masked graph with room for a longer one. */
interface Pair {
  readonly short: Differentiable;
  readonly long: Differentiable;
  readonly steps: number;
}

/** Undefined where the graph can't be masked, or makes no sense for that few steps: an axis of negative size, a mean of nothing. */
function pairOf(f: RandomGraph): Pair | undefined {
  const steps = new Random(f.seed).integer(0, f.sizes['T'] ?? 0);
  const sizes = { ...f.sizes, T: steps };
  const negative = levels(f.graph).some(({ nodes }) => nodes.some((node) => node.results.some(({ shape }) => shape.some((dim) => dim.evaluate(sizes) < 0))));
  const nameNothing = [...f.roles.values()].some((role) => role.kind === 'index' && role.rows.evaluate(sizes) < 1);
  const ofNothing = steps === 0 && nodesOf(f.graph, reduceMax).length + nodesOf(f.graph, div).length > 0;
  if (negative || nameNothing || ofNothing) return undefined;
  try {
    const graph = mask(f.graph);
    verify(graph);
    const inputs = f.draw(f.seed, sizes);
    const { wrt } = f;
    return { steps, short: { graph: f.graph, sizes, inputs, wrt }, long: { graph, sizes: f.sizes, inputs: padded(graph, inputs, f.sizes, steps), wrt } };
  } catch (error) {
    if (error instanceof DeclarationError) return undefined;
    throw error;
  }
}

/** Before the end the values are those of the short sequence, behind it they are zero. */
function expectSame({ short, long, steps }: Pair, tolerance = 1e-10): void {
  const expected = evaluate(short.graph, short.inputs, short.sizes);
  const got = evaluate(long.graph, padded(long.graph, short.inputs, long.sizes, steps), long.sizes);
  // A derivative that is zero everywhere may be absent.
  const zeros = ({ type }: Node, sizes: Sizes): Tensor => ({ shape: shapeOf(type, sizes), data: new Float64Array(elementCount(shapeOf(type, sizes))) });
  for (const name of new Set([...expected.keys(), ...got.keys()])) {
    const output = long.graph.outputs.get(name) ?? short.graph.output(name);
    const { type } = output;
    const found = got.get(name) ?? zeros(output, long.sizes);
    expectClose(before(found, type, short.sizes), expected.get(name) ?? zeros(output, short.sizes), tolerance, name);
    expectZeroBehind(found, type, short.sizes, name);
  }
}

function forEachPair(graphs: fc.Arbitrary<RandomGraph>, parameters: { seed: number; numRuns: number }, check: (pair: Pair, seed: number) => void): void {
  let masked = 0;
  fc.assert(
    fc.property(graphs, (f) => {
      const pair = pairOf(f);
      if (pair === undefined) return;
      masked++;
      check(pair, f.seed);
    }),
    { ...parameters, endOnFailure: true },
  );
  expect(masked / parameters.numRuns, 'how many can be masked').toBeGreaterThan(0.8);
}

describe('random graphs for fewer steps than there is room for', () => {
  it('compute what they compute without that room, whatever stands in it, and so do their derivatives', () => {
    forEachPair(randomGraph({ loops: 2, nodes: 10 }), { seed: 51, numRuns: 40 }, (pair, seed) => {
      const { short, long, steps } = pair;
      expectSame(pair);
      for (const derivative of [gradientOf, tangentOf]) expectSame({ short: derivative(short, new Random(seed)), long: derivative(long, new Random(seed)), steps });
    });
  });

  it('that are loops, forwards and backwards, with several states of ranks 0 to 2, do too', () => {
    for (const [loops, seed] of [[1, 52], [2, 53]] as const) {
      forEachPair(randomScanGraph({ loops }), { seed, numRuns: 30 }, (pair, own) => {
        const { short, long, steps } = pair;
        expectSame(pair);
        for (const derivative of [gradientOf, tangentOf]) expectSame({ short: derivative(short, new Random(own)), long: derivative(long, new Random(own)), steps });
      });
    }
  });

  it('compute the same also at kinks and poles', () => {
    forEachPair(randomGraph({ wild: true, loops: 2 }), { seed: 54, numRuns: 60 }, (pair) => { expectSame(pair); });
  });

  it('have derivatives that agree with central differences and with one another, at orders 1 and 2', () => {
    forEachPair(randomScanGraph(), { seed: 55, numRuns: 25 }, ({ long }, seed) => {
      checkDerivatives(long, seed, 'order 1');
      checkDerivatives(gradientOf(long, new Random(seed)), seed, 'derivative of vjp');
      checkDerivatives(tangentOf(long, new Random(seed)), seed, 'derivative of jvp');
    });
  });
});

const time = Dim.symbol('T');
const count = 4;

/** The outputs of a masked graph of inputs `x` `[T]` and others. */
function maskedValues(g: Sketch, outputs: Parameters<Sketch['builder']['finish']>[0], inputs: Tensors): Map<string, number[]> {
  const graph = mask(g.builder.finish(outputs));
  verify(graph);
  return new Map([...evaluate(graph, inputs, { T: count, H: 2 })].map(([name, { data }]) => [name, [...data]]));
}

describe('a masked loop', () => {
  /** `s + x` over the steps, its sum, and the step index. */
  function running(reverse: boolean, steps: number): Map<string, number[]> {
    const g = new Sketch();
    const loop = addLoop(g, {
      carries: { s: g.input('s', '') },
      sequences: { x: g.input('x', 'T') },
      reverse,
      step: true,
      body(step, input) {
        const next = step.apply(add, input('s'), input('x'));
        return { next: { s: next }, outputs: { s: next }, sums: { t: step.apply(mul, input('t'), step.fill(1, '')) } };
      },
    });
    return maskedValues(g, { final: loop.final('s'), history: loop.history('s'), output: loop.output('s'), sum: loop.sum('t') }, new Map([
      ['s', tensor([], [10])],
      ['x', tensor([count], [1, 2, 4, NaN])],
      [lengthsInput, tensor([], [steps])],
    ]));
  }

  it('keeps its states behind the end, and stacks and adds up nothing there', () => {
    expect(running(false, 3)).toEqual(new Map([['final', [17]], ['history', [10, 11, 13, 17, 0]], ['output', [11, 13, 17, 0]], ['sum', [3]]]));
    expect(running(false, 1)).toEqual(new Map([['final', [11]], ['history', [10, 11, 0, 0, 0]], ['output', [11, 0, 0, 0]], ['sum', [0]]]));
  });

  it('that runs backwards starts at the end of the sequence', () => {
    expect(running(true, 3)).toEqual(new Map([['final', [17]], ['history', [17, 16, 14, 10, 0]], ['output', [17, 16, 14, 0]], ['sum', [3]]]));
  });

  it('of no steps ends where it starts', () => {
    for (const reverse of [false, true]) {
      expect(running(reverse, 0)).toEqual(new Map([['final', [10]], ['history', [10, 0, 0, 0, 0]], ['output', [0, 0, 0, 0]], ['sum', [0]]]));
    }
  });

  it('keeps states that are indices or truth values as well', () => {
    const g = new Sketch();
    const loop = addLoop(g, {
      carries: { i: g.input('i', '', 'index'), b: g.input('b', '', 'bool') },
      sequences: { j: g.input('j', 'T', 'index'), c: g.input('c', 'T', 'bool') },
      body: (_, input) => ({ next: { i: input('j'), b: input('c') }, outputs: { i: input('j'), b: input('c') } }),
    });
    const inputs = new Map([
      ['i', tensor([], [7])],
      ['b', tensor([], [1])],
      ['j', tensor([count], [5, 3, NaN, -1])],
      ['c', tensor([count], [0, 1, 1, 1])],
    ]);
    const outputs = { i: loop.final('i'), b: loop.final('b'), is: loop.output('i'), bs: loop.output('b') };
    const values = (steps: number): Map<string, number[]> => maskedValues(g, outputs, new Map([...inputs, [lengthsInput, tensor([], [steps])]]));
    expect(values(2)).toEqual(new Map([['i', [3]], ['b', [1]], ['is', [5, 3, 0, 0]], ['bs', [0, 1, 0, 0]]]));
    expect(values(1)).toEqual(new Map([['i', [5]], ['b', [0]], ['is', [5, 0, 0, 0]], ['bs', [0, 0, 0, 0]]]));
    expect(values(0)).toEqual(new Map([['i', [7]], ['b', [1]], ['is', [0, 0, 0, 0]], ['bs', [0, 0, 0, 0]]]));
  });
});

describe('outside of loops', () => {
  const x = tensor([count], [-3, -1, NaN, Infinity]);
  const statistics = (steps: number): Map<string, number[]> => {
    const g = new Sketch();
    const value = g.input('x', 'T');
    const sum = g.with(reduceSum, { axes: [0] }, value);
    const size = scalarConstant(g.builder, time);
    const outputs = { sum, max: g.with(reduceMax, { axes: [0] }, value), size, mean: g.apply(div, sum, size), windows: scalarConstant(g.builder, Dim.from('ceil(T/2)')), pairs: scalarConstant(g.builder, Dim.from('T-1')) };
    return maskedValues(g, outputs, new Map([['x', x], [lengthsInput, tensor([], [steps])]]));
  };

  it('sums, maxima and numbers of steps are those of the valid steps', () => {
    expect(statistics(2)).toEqual(new Map([['sum', [-4]], ['max', [-1]], ['size', [2]], ['mean', [-2]], ['windows', [1]], ['pairs', [1]]]));
    expect(statistics(1)).toEqual(new Map([['sum', [-3]], ['max', [-3]], ['size', [1]], ['mean', [-3]], ['windows', [1]], ['pairs', [0]]]));
  });

  it('those of no steps are zero', () => {
    expect(statistics(0)).toEqual(new Map([['sum', [0]], ['max', [0]], ['size', [0]], ['mean', [0]], ['windows', [0]], ['pairs', [0]]]));
  });

  it('indices are zero behind the end', () => {
    const g = new Sketch();
    const target = g.input('target', 'T', 'index');
    const zero = g.builder.node(iota, [], { length: time });
    const values = maskedValues(g, { target, same: g.apply(equal, target, zero) }, new Map([['target', tensor([count], [0, 7, -1, NaN])], [lengthsInput, tensor([], [2])]]));
    expect(values).toEqual(new Map([['target', [0, 7, 0, 0]], ['same', [1, 0, 0, 0]]]));
  });

  it('what depends on no step stays as it is', () => {
    const g = new Sketch();
    const graph = g.builder.finish({ y: g.apply(mul, g.input('p', 'H'), g.input('q', 'H')) });
    expect(mask(graph).output('y').operands.map(({ op }) => op.name)).toEqual(['input', 'input']);
  });
});

describe('what can not be masked', () => {
  const refusal = (make: (g: Sketch) => ReturnType<Sketch['input']>): string => {
    const g = new Sketch();
    try {
      mask(g.builder.finish({ y: make(g) }));
    } catch (error) {
      if (error instanceof DeclarationError) return error.message;
      throw error;
    }
    return 'none';
  };

  it('counts from the last step, or joins something behind it', () => {
    expect(refusal((g) => g.with(slice, { axis: 0, start: time.minus(1), length: Dim.one }, g.input('x', 'T H')))).toMatch(/different lengths: 'slice' counts from the last step/);
    expect(refusal((g) => g.with(concat, { axis: 0 }, g.input('x', 'T H'), g.input('z', '1 H')))).toMatch(/'concat' joins something behind the last step/);
    expect(refusal((g) => g.with(reshape, { shape: [Dim.from('H*T')] }, g.input('x', 'H T')))).toMatch(/'reshape' moves steps/);
  });

  it('but what stands before the first step, or beside each, can', () => {
    expect(refusal((g) => g.with(slice, { axis: 0, start: Dim.one, length: time.minus(1) }, g.input('x', 'T H')))).toBe('none');
    expect(refusal((g) => g.with(concat, { axis: 0 }, g.input('z', '1 H'), g.input('x', 'T H')))).toBe('none');
    expect(refusal((g) => g.with(concat, { axis: 1 }, g.input('z', 'T H'), g.input('x', 'T H')))).toBe('none');
    expect(refusal((g) => g.with(reshape, { shape: [Dim.from('H*T')] }, g.input('x', 'T H')))).toBe('none');
  });

  it('has an input of the name that the lengths need', () => {
    expect(refusal((g) => g.input('lengths', 'T'))).toMatch(/the name 'lengths' is taken/);
  });
});
