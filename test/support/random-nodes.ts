import { Dim } from '../../src/graph/dim.js';
import type { Node } from '../../src/graph/node.js';
import { abs } from '../../src/ops/abs.js';
import { add } from '../../src/ops/add.js';
import { and } from '../../src/ops/and.js';
import { clip } from '../../src/ops/clip.js';
import { clipCotangent } from '../../src/ops/clip-cotangent.js';
import { fill, scalarConstant } from '../../src/ops/construct.js';
import { cos } from '../../src/ops/cos.js';
import { div } from '../../src/ops/div.js';
import { equal } from '../../src/ops/equal.js';
import { exp } from '../../src/ops/exp.js';
import { expm1 } from '../../src/ops/expm1.js';
import { floor } from '../../src/ops/floor.js';
import { greater } from '../../src/ops/greater.js';
import { greaterEqual } from '../../src/ops/greater-equal.js';
import { log } from '../../src/ops/log.js';
import { log1p } from '../../src/ops/log1p.js';
import { max } from '../../src/ops/max.js';
import { min } from '../../src/ops/min.js';
import { mul } from '../../src/ops/mul.js';
import { neg } from '../../src/ops/neg.js';
import { not } from '../../src/ops/not.js';
import type { None, Op } from '../../src/ops/op.js';
import { pow } from '../../src/ops/pow.js';
import { reciprocal } from '../../src/ops/reciprocal.js';
import { reduceMax } from '../../src/ops/reduce-max.js';
import { reduceSum } from '../../src/ops/reduce-sum.js';
import { relu } from '../../src/ops/relu.js';
import { select } from '../../src/ops/select.js';
import { sigmoid } from '../../src/ops/sigmoid.js';
import { sign } from '../../src/ops/sign.js';
import { sin } from '../../src/ops/sin.js';
import { softplus } from '../../src/ops/softplus.js';
import { sqrt } from '../../src/ops/sqrt.js';
import { square } from '../../src/ops/square.js';
import { stopGradient } from '../../src/ops/stop-gradient.js';
import { elementCount } from '../../src/ops/strides.js';
import { sub } from '../../src/ops/sub.js';
import { tanh } from '../../src/ops/tanh.js';
import type { Scope } from './random-scope.js';

/** Adds one value to the pool of a scope, or none where nothing fits. */
export type Grower = (scope: Scope) => void;

const smooth: readonly (readonly [Op<None>, bound: (a: number) => number])[] = [
  [tanh, () => 1],
  [sigmoid, () => 1],
  [softplus, (a) => a + 1],
  [sin, () => 1],
  [cos, () => 1],
  [neg, (a) => a],
  [square, (a) => a * a],
  [exp, (a) => Math.exp(a)],
  [expm1, (a) => Math.exp(a)],
];
/** Of a value in [0.5, 1.5]. */
const positive: readonly Op<None>[] = [log, sqrt, reciprocal, log1p];
/** Of a value whose magnitude is between 1 and 3. */
const kinked: readonly Op<None>[] = [abs, relu, sign];
const anywhere: readonly Op<None>[] = [...positive, ...kinked, floor, stopGradient];

const unary: Grower = (scope) => {
  const { node, bound } = scope.tamed(scope.any(), 2);
  const [op, boundOf] = scope.random.pick(smooth);
  scope.add(scope.apply(op, node), boundOf(bound));
};

const constrained: Grower = (scope) => {
  const { node } = scope.any();
  const { random } = scope;
  if (scope.settings.wild && random.chance(0.7)) {
    if (random.chance(0.1)) scope.add(scope.builder.node(clipCotangent, [node], { bound: 0.5 }), largeBound);
    else scope.add(scope.apply(random.pick(anywhere), node), largeBound);
  } else if (random.chance(0.4)) {
    scope.add(scope.apply(random.pick(positive), scope.shifted(scope.apply(sigmoid, node), 0.5)), 2);
  } else if (random.chance(0.8)) {
    scope.add(scope.apply(random.pick(kinked), sided(scope, node, 1)), 3);
  } else {
    scope.add(scope.apply(floor, scope.shifted(scope.scaled(scope.apply(tanh, node), 0.3), random.integer(-1, 1) + 0.5)), 2);
  }
};

const largeBound = 100;

/** `tanh(a) + sign · side`, on one side of zero and at least 1 away from it. */
function sided(scope: Scope, node: Node, sign: 1 | -1, side = scope.fresh({ kind: 'side' }, node.type.shape)): Node {
  return scope.apply(sign === 1 ? add : sub, scope.apply(tanh, node), side);
}

/** Two values of one shape, of which each element is clearly larger in the one or in the other. */
function apart(scope: Scope): [Node, Node] {
  const { node: a } = scope.any();
  const { node: b } = scope.ofShape(a.type.shape);
  if (scope.settings.wild) return [a, b];
  const side = scope.fresh({ kind: 'side' }, a.type.shape);
  return [sided(scope, a, 1, side), sided(scope, b, -1, side)];
}

const binary: Grower = (scope) => {
  const a = scope.any();
  const b = scope.ofShape(a.node.type.shape);
  switch (scope.random.integer(0, 5)) {
    case 0: scope.add(scope.apply(add, a.node, b.node), a.bound + b.bound); return;
    case 1: scope.add(scope.apply(sub, a.node, b.node), a.bound + b.bound); return;
    case 2: scope.add(scope.apply(div, a.node, scope.shifted(scope.apply(square, b.node), 0.5)), 2 * a.bound); return;
    case 3: {
      const base = scope.shifted(scope.apply(sigmoid, a.node), 0.5);
      scope.add(scope.apply(pow, base, scope.tamed(b, 2).node), 4);
      return;
    }
    default: scope.add(scope.apply(mul, a.node, b.node), a.bound * b.bound);
  }
};

const extremum: Grower = (scope) => {
  scope.add(scope.apply(scope.random.pick([max, min]), ...apart(scope)), scope.settings.wild ? largeBound : 3);
};

/** Truth values in the shape of a pair of values. */
function condition(scope: Scope): Node {
  const [a, b] = apart(scope);
  const first = scope.apply(scope.random.pick([greater, greaterEqual]), a, b);
  switch (scope.random.integer(0, 3)) {
    case 0: return scope.apply(not, first);
    case 1: return scope.apply(and, first, scope.apply(not, scope.apply(equal, a, b)));
    default: return first;
  }
}

const branch: Grower = (scope) => {
  const chosen = condition(scope);
  const a = scope.ofShape(chosen.type.shape);
  const b = scope.ofShape(chosen.type.shape);
  scope.add(scope.apply(select, chosen, a.node, b.node), Math.max(a.bound, b.bound));
};

const clipped: Grower = (scope) => {
  const { node } = scope.any();
  const { shape } = node.type;
  const { node: margin } = scope.ofShape(shape);
  const value = scope.settings.wild
    ? node
    : scope.apply(add, scope.scaled(scope.apply(tanh, node), 0.5), scope.fresh({ kind: 'zone' }, shape));
  const high = scope.shifted(scope.scaled(scope.apply(tanh, margin), 0.2), 1);
  scope.add(scope.apply(clip, value, fill(scope.builder, -1, shape), high), 2);
};

function someAxes(scope: Scope, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => scope.random.chance(0.5));
  return axes.length > 0 ? axes : [scope.random.integer(0, rank - 1)];
}

const reduced: Grower = (scope) => {
  const { node, bound } = scope.any(1);
  const { builder, random } = scope;
  const { shape } = node.type;
  const axes = someAxes(scope, shape.length);
  const over = axes.flatMap((axis) => shape[axis] ?? []);
  const count = elementCount(over.map((dim) => dim.evaluate(scope.settings.sizes)));
  if (random.chance(0.3)) {
    // Levels are one apart, so that these maxima have no ties.
    const levels = scope.settings.wild ? node : scope.apply(add, scope.scaled(scope.apply(tanh, node), 0.3), scope.fresh({ kind: 'levels' }, shape));
    const size = elementCount(shape.map((dim) => dim.evaluate(scope.settings.sizes)));
    scope.add(scope.scaled(builder.node(reduceMax, [levels], { axes }), 1 / size), 5);
    return;
  }
  const sum = builder.node(reduceSum, [node], { axes });
  if (random.chance(0.5)) {
    scope.add(sum, bound * count);
    return;
  }
  const size = scope.brought({ node: scalarConstant(builder, Dim.product(over)), bound: count }, sum.type.shape);
  if (size.bound === count) scope.add(scope.apply(div, sum, size.node), bound);
};

export const elementwiseGrowers: readonly Grower[] = [unary, unary, binary, binary, constrained, extremum, branch, clipped, reduced];
