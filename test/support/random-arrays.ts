import { Dim } from '../../src/graph/dim.js';
import { broadcast } from '../../src/ops/broadcast.js';
import { resultOf } from '../../src/ops/construct.js';
import { concat } from '../../src/ops/concat.js';
import { einsum } from '../../src/ops/einsum.js';
import { fold } from '../../src/ops/fold.js';
import { gather } from '../../src/ops/gather.js';
import { iota } from '../../src/ops/iota.js';
import { none } from '../../src/ops/op.js';
import { pad } from '../../src/ops/pad.js';
import { reshape } from '../../src/ops/reshape.js';
import { scatterAdd } from '../../src/ops/scatter-add.js';
import { slice } from '../../src/ops/slice.js';
import { split } from '../../src/ops/split.js';
import { elementCount } from '../../src/ops/strides.js';
import { transpose } from '../../src/ops/transpose.js';
import { windows } from '../../src/ops/windows.js';
import type { Grower } from './random-nodes.js';
import type { Scope } from './random-scope.js';

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** A random product: axes of one size may share a letter, and a shared one may be summed over. */
const contracted: Grower = (scope) => {
  const { random } = scope;
  const left = scope.any();
  const right = scope.any();
  const leftLetters = left.node.type.shape.map((_, axis) => 'abcd'[axis] ?? '');
  const free = [...leftLetters.keys()];
  const rightLetters = right.node.type.shape.map((dim, axis) => {
    const partner = free.find((k) => left.node.type.shape[k]?.equals(dim) === true);
    if (partner === undefined || random.chance(0.25)) return 'wxyz'[axis] ?? '';
    free.splice(free.indexOf(partner), 1);
    return leftLetters[partner] ?? '';
  });
  const shared = leftLetters.filter((letter) => rightLetters.includes(letter));
  const summed = shared.filter(() => random.chance(0.7));
  const out = random.shuffle([...new Set([...leftLetters, ...rightLetters])].filter((letter) => !summed.includes(letter)));
  const dimOf = (letter: string): Dim =>
    left.node.type.shape[leftLetters.indexOf(letter)] ?? right.node.type.shape[rightLetters.indexOf(letter)] ?? Dim.one;
  if (!scope.fits(out.map(dimOf))) return;
  const letters = { left: leftLetters.join(''), right: rightLetters.join(''), out: out.join('') };
  const count = elementCount(summed.map((letter) => dimOf(letter).evaluate(scope.settings.sizes)));
  scope.add(scope.builder.node(einsum, [left.node, right.node], letters), left.bound * right.bound * count);
};

const joined: Grower = (scope) => {
  const first = scope.any(1);
  const { shape } = first.node.type;
  const axis = scope.random.integer(0, shape.length - 1);
  const others = range(scope.random.integer(1, 2)).map(() =>
    scope.ofShape(shape.map((dim, k) => (k === axis && scope.random.chance(0.5) ? scope.randomDim() : dim))),
  );
  const parts = [first, ...others];
  const length = Dim.sum(parts.flatMap(({ node }) => node.type.shape[axis] ?? []));
  if (!scope.fits(shape.map((dim, k) => (k === axis ? length : dim)))) return;
  scope.add(scope.builder.node(concat, parts.map(({ node }) => node), { axis }), Math.max(...parts.map(({ bound }) => bound)));
};

/** Two dims that add up to one: its first term, or one of several equal ones, and the rest. */
function halves(dim: Dim): [Dim, Dim] | undefined {
  const [first] = dim.terms;
  if (first === undefined || dim.terms.some(({ coefficient }) => coefficient < 0)) return undefined;
  const head = Dim.fromTerms([{ ...first, coefficient: 1 }]);
  const rest = dim.minus(head);
  return rest.equals(Dim.zero) ? undefined : [head, rest];
}

const parted: Grower = (scope) => {
  const { builder, random } = scope;
  const choices = scope.pool.flatMap(({ node, bound }) =>
    node.type.shape.flatMap((dim, axis) => {
      const lengths = halves(dim);
      return lengths === undefined ? [] : [{ node, bound, axis, lengths }];
    }),
  );
  if (choices.length === 0) return;
  const { node, bound, axis, lengths } = random.pick(choices);
  const [head, rest] = lengths;
  if (random.chance(0.5)) {
    const second = random.chance(0.5);
    scope.add(builder.node(slice, [node], { axis, start: second ? head : Dim.zero, length: second ? rest : head }), bound);
    return;
  }
  const parts = builder.node(split, [node], { axis, lengths });
  for (const index of random.pick([[0], [1], [0, 1], [1, 0]])) scope.add(resultOf(builder, parts, index), bound);
};

/** The first element along an axis; sizes are never zero. */
const first: Grower = (scope) => {
  const { node, bound } = scope.any(1);
  const axis = scope.random.integer(0, node.type.shape.length - 1);
  scope.add(scope.builder.node(slice, [node], { axis, start: Dim.zero, length: Dim.one }), bound);
};

const padded: Grower = (scope) => {
  const { node, bound } = scope.any(1);
  const axis = scope.random.integer(0, node.type.shape.length - 1);
  const margin = (): Dim => (scope.random.chance(0.3) ? scope.randomDim() : Dim.from(scope.random.integer(0, 2)));
  const [before, after] = [margin(), margin()];
  const shape = node.type.shape.map((dim, k) => (k === axis ? dim.plus(before).plus(after) : dim));
  if (scope.fits(shape)) scope.add(scope.builder.node(pad, [node], { axis, before, after }), bound);
};

const reshaped: Grower = (scope) => {
  const { node, bound } = scope.any();
  const { shape } = node.type;
  const at = scope.random.integer(0, shape.length);
  const merged = Dim.product(shape.slice(at, at + 2));
  const target = scope.random.pick([
    [...shape.slice(0, at), Dim.one, ...shape.slice(at)],
    [...shape.slice(0, at), merged, ...shape.slice(at + 2)],
    [Dim.product(shape)],
    shape.filter((dim) => !dim.equals(Dim.one)),
  ]);
  if (scope.fits(target)) scope.add(scope.builder.node(reshape, [node], { shape: target }), bound);
};

const transposed: Grower = (scope) => {
  const { node, bound } = scope.any(2);
  scope.add(scope.builder.node(transpose, [node], { permutation: scope.random.shuffle(range(node.type.shape.length)) }), bound);
};

const repeated: Grower = (scope) => {
  const { node, bound } = scope.any();
  const shape = [...node.type.shape];
  let axes = range(shape.length);
  for (let k = scope.random.integer(1, 2); k > 0; k--) {
    const at = scope.random.integer(0, shape.length);
    shape.splice(at, 0, scope.randomDim());
    axes = axes.map((axis) => (axis < at ? axis : axis + 1));
  }
  if (scope.fits(shape)) scope.add(scope.builder.node(broadcast, [node], { shape, axes }), bound);
};

function indices(scope: Scope, rows: Dim, shape: readonly Dim[]) {
  const [only] = shape;
  const whole = shape.length === 1 && only?.equals(rows) === true && scope.random.chance(0.3);
  return whole ? scope.builder.node(iota, [], { length: rows }) : scope.fresh({ kind: 'index', rows }, shape);
}

const gathered: Grower = (scope) => {
  const { node: table, bound } = scope.any(1);
  const [rows = Dim.one, ...rest] = table.type.shape;
  const shape = scope.randomShape(0, 2);
  if (!scope.fits([...shape, ...rest])) return;
  scope.add(scope.builder.node(gather, [table, indices(scope, rows, shape)], none), bound);
};

const scattered: Grower = (scope) => {
  const { node, bound } = scope.any(1);
  const named = scope.random.integer(0, Math.min(2, node.type.shape.length));
  const rows = scope.randomDim();
  const shape = node.type.shape.slice(0, named);
  if (!scope.fits([rows, ...node.type.shape.slice(named)])) return;
  const count = elementCount(shape.map((dim) => dim.evaluate(scope.settings.sizes)));
  scope.add(scope.builder.node(scatterAdd, [node, indices(scope, rows, shape)], { rows }), bound * count);
};

const windowed: Grower = (scope) => {
  const { builder, random } = scope;
  const { node, bound } = scope.any(1);
  const axis = random.integer(0, node.type.shape.length - 1);
  const length = node.type.shape[axis] ?? Dim.one;
  const stride = random.integer(1, 2);
  const attributes = {
    axis,
    count: random.chance(0.5) ? Dim.ceilDiv(length, stride) : scope.randomDim(),
    size: random.chance(0.6) ? Dim.from(random.integer(1, 3)) : scope.randomDim(),
    stride,
    dilation: random.integer(1, 2),
    before: Dim.from(random.integer(0, 2)),
  };
  const shape = node.type.shape.flatMap((dim, k) => (k === axis ? [attributes.count, attributes.size] : [dim]));
  if (scope.fits(shape)) scope.add(builder.node(windows, [node], attributes), bound);
};

const folded: Grower = (scope) => {
  const { builder, random } = scope;
  const { node, bound } = scope.any(2);
  const axis = random.integer(0, node.type.shape.length - 2);
  const [count = Dim.one, size = Dim.one] = node.type.shape.slice(axis);
  const length = scope.randomDim();
  if (!scope.fits([...node.type.shape.slice(0, axis), length, ...node.type.shape.slice(axis + 2)])) return;
  const attributes = { axis, count, size, length, stride: random.integer(1, 2), dilation: random.integer(1, 2), before: Dim.from(random.integer(0, 1)) };
  scope.add(builder.node(fold, [node], attributes), bound * size.evaluate(scope.settings.sizes));
};

/** The indices along an axis as numbers. */
const counted: Grower = (scope) => {
  const length = scope.randomDim();
  const count = length.evaluate(scope.settings.sizes);
  scope.add(scope.scaled(scope.builder.node(iota, [], { length }), 1 / count), 1);
};

export const arrayGrowers: readonly Grower[] = [
  contracted, contracted, contracted, joined, parted, parted, first, padded, reshaped, transposed, repeated, gathered, scattered,
  windowed, folded, counted,
];
