import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import type { Sizes } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Graph } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { batchGraph } from '../../src/optimize/batch.js';
import { afterDifferentiation, beforeDifferentiation, runPasses } from '../../src/optimize/pipeline.js';
import { broadcastTo, exponential, isGreater, logarithm, one, product, selectNode, squareOf, total, zero } from '../../src/ops/construct.js';
import { einsum } from '../../src/ops/einsum.js';
import { input } from '../../src/ops/input.js';
import { none } from '../../src/ops/op.js';
import { addScan } from '../../src/ops/scan.js';
import { sqrt } from '../../src/ops/sqrt.js';
import { compiledValues } from '../lower/compiled.js';
import { gradientOf, tangentOf, valuesOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { axpy, expectClose, stack, tensor, tensorNamed } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';

const [N, M] = [Dim.symbol('N'), Dim.symbol('M')];
const sizes = { N: 3, M: 2 };

interface Case {
  /**
   * `[M]` or `[N]`, of `x` [N] and `W` [M, N]. `inner` wraps the operand of what has a pole, so that it can be made harmless;
   * `axes` says where the flag's axes stand in it.
   */
  readonly branch: (b: GraphBuilder, operands: { readonly x: Node; readonly W: Node }, inner: (value: Node, axes?: readonly number[]) => Node) => Node;
  /** The flag is positive where the branch is taken. */
  readonly flagShape: readonly Dim[];
  readonly flag: readonly number[];
  readonly x: readonly number[];
  readonly W: readonly number[];
}

const times = (b: GraphBuilder, letters: string, left: Node, right: Node): Node => {
  const [, own = '', other = '', out = ''] = /^(\w*),(\w*)->(\w*)$/.exec(letters) ?? [];
  return b.node(einsum, [left, right], { left: own, right: other, out });
};
const matrix = [0.5, -0.3, 0.8, 0.4, 0.7, -0.6];
const never = { flagShape: [], flag: [-1] };

const cases: Record<string, Case> = {
  'W ln x': { branch: (b, { x, W }, inner) => times(b, 'oi,i->o', W, logarithm(b, inner(x))), ...never, x: [0, -1, 2], W: matrix },
  'W √x, whose slope alone is infinite': { branch: (b, { x, W }, inner) => times(b, 'oi,i->o', W, b.node(sqrt, [inner(x)], none)), ...never, x: [0, 1, 2], W: matrix },
  'W (Wᵀ W ln x)': {
    branch: (b, { x, W }, inner) => times(b, 'oi,i->o', W, times(b, 'oi,o->i', W, times(b, 'oi,i->o', W, logarithm(b, inner(x))))),
    ...never, x: [0, -1, 2], W: matrix,
  },
  '√(W ln x)': {
    branch: (b, { x, W }, inner) => b.node(sqrt, [inner(times(b, 'oi,i->o', W, logarithm(b, inner(x))))], none),
    ...never, x: [0, -1, 2], W: matrix,
  },
  'ln (W √x) at zero': {
    branch: (b, { x, W }, inner) => logarithm(b, inner(times(b, 'oi,i->o', W, b.node(sqrt, [inner(x)], none)))),
    ...never, x: [0, 0, 0], W: matrix,
  },
  'e^W x, one row of two taken': {
    branch: (b, { x, W }, inner) => times(b, 'oi,i->o', exponential(b, inner(W, [0])), x),
    flagShape: [M], flag: [1, -1], x: [0.5, -1, 2], W: [0.5, -0.3, 0.8, 1000, 0.7, 1000],
  },
  'Σ_i x_i ln W_oi, one row of two taken': {
    branch: (b, { x, W }, inner) => times(b, 'i,oi->o', x, logarithm(b, inner(W, [0]))),
    flagShape: [M], flag: [-1, 1], x: [0.5, -1, 2], W: [0, -0.3, 0.8, 0.4, 0.7, 1.6],
  },
  'Σ_o W_oi ln W_oi, letters in another order': {
    branch: (b, { W }, inner) => times(b, 'oi,io->o', W, times(b, 'oi,oi->io', logarithm(b, inner(W, [0])), W)),
    flagShape: [M], flag: [-1, 1], x: [0.5, -1, 2], W: [0, -0.3, 0.8, 0.4, 0.7, 1.6],
  },
  '(ln x)ᵀ (x ⊗ ln x), one element of three taken': {
    branch: (b, { x }, inner) => times(b, 'i,ji->j', x, times(b, 'j,i->ji', logarithm(b, inner(x, [0])), x)),
    flagShape: [N], flag: [-1, 1, -1], x: [0, 1.7, -2], W: matrix,
  },
};

/** `t > 0 ? branch : 1 + square of a plain product`, as it stands or with a harmless operand where it is not taken. */
function chosen(b: GraphBuilder, { branch, flagShape }: Case, x: Node, W: Node, flag: Node, harmless: boolean): Node {
  const ownAxes = flagShape.map((_, axis) => axis);
  const taken = (like: Node, axes: readonly number[] = ownAxes): Node =>
    isGreater(b, broadcastTo(b, flag, like.type.shape, axes), zero(b, like));
  const value = branch(b, { x, W }, (each, axes) => (harmless ? selectNode(b, taken(each, axes), each, one(b, each)) : each));
  const plain = squareOf(b, value.type.shape[0]?.equals(N) === true ? x : times(b, 'oi,i->o', W, x));
  return selectNode(b, taken(value), value, total(b, one(b, plain), plain));
}

function declare(b: GraphBuilder, name: string, shape: readonly Dim[]): Node {
  return b.declareInput(name, b.node(input, [], { name, type: { dtype: 'real', shape } }));
}

function plainGraph(own: Case, harmless: boolean): Graph {
  const b = new GraphBuilder();
  const [x, W, flag] = [declare(b, 'x', [N]), declare(b, 'W', [M, N]), declare(b, 'flag', own.flagShape)];
  return b.finish({ y: chosen(b, own, x, W, flag, harmless) });
}

/** `s ← s + Wᵀ chosen(s x_t)`, or without the product where the branch has the shape of x. */
function loopGraph(own: Case, harmless: boolean): Graph {
  const body = new GraphBuilder();
  const [s, row, flag] = [declare(body, 's', [N]), declare(body, 'x', [N]), declare(body, 'flag', own.flagShape)];
  const W = declare(body, 'W', [M, N]);
  const value = chosen(body, own, product(body, s, row), W, flag, harmless);
  const added = value.type.shape[0]?.equals(N) === true ? value : times(body, 'oi,o->i', W, value);
  const T = Dim.symbol('T');
  const b = new GraphBuilder();
  const scan = addScan(b, {
    body: body.finish({ s: total(body, s, added) }),
    length: T,
    reverse: false,
    carries: [{ input: 's', output: 's', initial: declare(b, 's', [N]) }],
    sequences: [{ input: 'x', value: declare(b, 'x', [T, N]) }, { input: 'flag', value: declare(b, 'flag', [T, ...own.flagShape]) }],
    invariants: [{ input: 'W', value: declare(b, 'W', [M, N]) }],
    outputs: [],
    sums: [],
    step: undefined,
  });
  return b.finish({ y: scan.final(0) });
}

function inputsOf({ flag, flagShape, x, W }: Case): Tensors {
  return new Map([
    ['x', tensor([3], x)],
    ['W', tensor([2, 3], W)],
    ['flag', tensor(flagShape.map((dim) => dim.evaluate(sizes)), flag)],
  ]);
}

/** The gradient and its derivative, through the passes and the TypeScript target, are those of the graph in which nothing is infinite. */
function expectSameCompiled(graphOf: (harmless: boolean) => Graph, inputs: Tensors, wrt: readonly string[], ownSizes: Sizes): void {
  const at = (graph: Graph): Differentiable => ({ graph, sizes: ownSizes, inputs, wrt });
  for (const order of [1, 2]) {
    const derivative = (graph: Graph): Differentiable => {
      const gradient = gradientOf(at(graph), new Random(1));
      return order === 1 ? gradient : tangentOf(gradient, new Random(3));
    };
    const risky = derivative(runPasses(graphOf(false), beforeDifferentiation));
    const found = compiledValues({ ...risky, graph: runPasses(risky.graph, afterDifferentiation) });
    for (const [name, value] of valuesOf(derivative(graphOf(true)))) {
      expectClose(found.get(name) ?? tensor(value.shape, value.data.map(() => 0)), value, 1e-11, `order ${order}: ${name}`);
    }
  }
}

/** All first and second derivatives are those of the graph in which nothing is infinite. */
function expectSameDerivatives(graphOf: (harmless: boolean) => Graph, inputs: Tensors, wrt: readonly string[], ownSizes: Sizes): void {
  const [risky, safe] = [false, true].map((harmless): Differentiable => ({ graph: graphOf(harmless), sizes: ownSizes, inputs, wrt }));
  if (risky === undefined || safe === undefined) throw new Error('two graphs');
  const derivatives: Record<string, (f: Differentiable) => Differentiable> = {
    value: (f) => f,
    gradient: (f) => gradientOf(f, new Random(1)),
    tangent: (f) => tangentOf(f, new Random(2)),
    'tangent of the gradient': (f) => tangentOf(gradientOf(f, new Random(1)), new Random(3)),
    'gradient of the gradient': (f) => gradientOf(gradientOf(f, new Random(1)), new Random(3)),
    'gradient of the tangent': (f) => gradientOf(tangentOf(f, new Random(2)), new Random(3)),
  };
  for (const [what, derivative] of Object.entries(derivatives)) {
    const [actual, expected] = [risky, safe].map((f) => valuesOf(derivative(f)));
    expect([...(expected?.keys() ?? [])], what).not.toEqual([]);
    for (const [name, value] of expected ?? []) {
      expect([...value.data].every(Number.isFinite), `${what} ${name} of the safe form: ${value.data.join(' ')}`).toBe(true);
      const own = actual?.get(name);
      expectClose(own ?? tensor(value.shape, value.data.map(() => 0)), value, 1e-12, `${what}: ${name}`);
    }
  }
}

describe.each(Object.entries(cases))('a branch %s', (_, own) => {
  const point = inputsOf(own);
  const [x, flag] = [tensorNamed(point, 'x'), tensorNamed(point, 'flag')];
  it('leaves all derivatives alone where it is not taken', () => {
    expectSameDerivatives((harmless) => plainGraph(own, harmless), point, ['x', 'W'], sizes);
  });

  it('does so for each example of a batch', () => {
    const axes = new Map([['x', 0], ['flag', 0]]);
    const untroubled = tensor([3], [0.5, 1.5, 0.8]);
    const batch = new Map([...point, ['x', stack([x, untroubled], 0)], ['flag', stack([flag, flag], 0)]]);
    expectSameDerivatives((harmless) => batchGraph(plainGraph(own, harmless), axes, Dim.symbol('B')).graph, batch, ['x', 'W'], { ...sizes, B: 2 });
  });

  const loop = new Map([...point, ['s', tensor([3], [1, 1, 1])], ['x', stack([x, axpy(x, 1, x)], 0)], ['flag', stack([flag, flag], 0)]]);

  it('does so in a loop, at each step', () => {
    expectSameDerivatives((harmless) => loopGraph(own, harmless), loop, ['s', 'x', 'W'], { ...sizes, T: 2 });
  });

  it('does so in compiled code', () => {
    expectSameCompiled((harmless) => loopGraph(own, harmless), loop, ['s', 'x', 'W'], { ...sizes, T: 2 });
  });
});

describe('a state that one step makes infinite and the next does not read', () => {
  /** Makes a value of the matrix, a state, and the other state or the logarithm. */
  type Combine = (b: GraphBuilder, W: Node, s: Node, c: Node) => Node;

  /** `s ← flag_t > 0 ? read(s, c) : s²`, `c ← write(s, ln x_t)`; harmless has another x_t where the next flag leaves c unread. */
  const graphOf = (write: Combine, read: Combine, harmless: boolean): Graph => {
    const body = new GraphBuilder();
    const [s, c, x, flag, nextFlag] = [declare(body, 's', [N]), declare(body, 'c', [N]), declare(body, 'x', [N]), declare(body, 'flag', [N]), declare(body, 'nextFlag', [N])];
    const W = declare(body, 'W', [N, N]);
    const inner = harmless ? selectNode(body, isGreater(body, nextFlag, zero(body, nextFlag)), x, one(body, x)) : x;
    const T = Dim.symbol('T');
    const b = new GraphBuilder();
    const scan = addScan(b, {
      body: body.finish({
        s: selectNode(body, isGreater(body, flag, zero(body, flag)), read(body, W, s, c), product(body, s, s)),
        c: write(body, W, s, logarithm(body, inner)),
      }),
      length: T,
      reverse: false,
      carries: ['s', 'c'].map((name) => ({ input: name, output: name, initial: declare(b, name, [N]) })),
      sequences: ['x', 'flag', 'nextFlag'].map((name) => ({ input: name, value: declare(b, name, [T, N]) })),
      invariants: [{ input: 'W', value: declare(b, 'W', [N, N]) }],
      outputs: [],
      sums: [],
      step: undefined,
    });
    return b.finish({ y: scan.final(0) });
  };
  const inputs = new Map([
    ['s', tensor([3], [0.5, 1, -1])],
    ['c', tensor([3], [0.3, 0.2, 0.1])],
    ['x', tensor([4, 3], [2, 1.5, 0.5, 0, -1, 0, 0.8, 1.2, 3, 1, 1, 1])],
    ['flag', tensor([4, 3], [1, 1, 1, 1, 1, 1, -1, -1, -1, 1, 1, 1])],
    ['nextFlag', tensor([4, 3], [1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1])],
    ['W', tensor([3, 3], [...matrix, 0.2, -0.9, 0.1])],
  ]);
  const combinations: Record<string, Combine> = {
    'c': (_b, _W, _s, c) => c,
    's c': (b, _, s, c) => product(b, s, c),
    'W (s c)': (b, W, s, c) => times(b, 'oi,i->o', W, product(b, s, c)),
  };
  const pairs = Object.entries(combinations).flatMap(([written, write]) =>
    Object.entries(combinations).map(([readAs, read]) => ({ written: written.replace('c', 'ln x'), readAs, write, read })),
  );

  it.each(pairs)('leaves all derivatives alone where it is $written, read as $readAs', ({ write, read }) => {
    expectSameDerivatives((harmless) => graphOf(write, read, harmless), inputs, ['s', 'c', 'x', 'W'], { N: 3, T: 4 });
  });
});
