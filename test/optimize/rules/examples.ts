import { resultOf } from '../../../src/ops/construct.js';
import type { Node } from '../../../src/graph/node.js';
import { registry } from '../../../src/ops/registry.js';
import type { OpName } from '../../../src/ops/registry.js';
import type { RuleName } from '../../../src/optimize/rules/index.js';
import { dim, dims } from './sketch.js';
import type { Sketch } from './sketch.js';

/** A graph on which a rule fires, and the op of what it makes of it. */
export type Example = readonly [to: OpName, from: (g: Sketch) => Node];

const { abs, add, and, broadcast, concat, constant, div, equal, exp, greater, max, min, mul, multiplyNoNan, neg, not, pad, pow } = registry;
const { reduceMax, reduceSum, reshape, select, slice, split, square, sub, tanh, transpose } = registry;

const part = (g: Sketch, whole: Node, axis: number, lengths: string, index: number): Node =>
  resultOf(g.builder, g.with(split, { axis, lengths: dims(lengths) }, whole), index);
const cut = (g: Sketch, whole: Node, axis: number, start: string, length: string): Node =>
  g.with(slice, { axis, start: dim(start), length: dim(length) }, whole);
const surround = (g: Sketch, inner: Node, axis: number, before: string, after: string): Node =>
  g.with(pad, { axis, before: dim(before), after: dim(after) }, inner);
const beside = (g: Sketch, axis: number, ...parts: readonly Node[]): Node => g.with(concat, { axis }, ...parts);
const turn = (g: Sketch, value: Node, ...permutation: readonly number[]): Node => g.with(transpose, { permutation }, value);
const sumOver = (g: Sketch, value: Node, ...axes: readonly number[]): Node => g.with(reduceSum, { axes }, value);
const shaped = (g: Sketch, value: Node, shape: string): Node => g.with(reshape, { shape: dims(shape) }, value);

/** Each rule has examples; a rule without any does not compile. */
export const examples = {
  foldConstants: [
    ['broadcast', (g) => g.apply(tanh, g.fill(0.7))],
    ['broadcast', (g) => g.apply(div, g.fill(1), g.fill(dim(3)))],
    ['constant', (g) => g.apply(exp, g.fill(2, ''))],
    ['constant', (g) => g.apply(greater, g.fill(2, ''), g.fill(1, ''))],
    ['broadcast', (g) => g.apply(select, g.known(false), g.fill(1), g.fill(-0))],
  ],
  concatOfConstant: [
    ['broadcast', (g) => beside(g, 0, g.fill(2), g.fill(2, 'B'))],
    ['broadcast', (g) => beside(g, 1, g.fill(dim('2A'), 'B A'), g.fill(dim('2A'), 'B 3'))],
  ],
  padOfZero: [['broadcast', (g) => surround(g, g.fill(0), 0, '1', 'B')]],

  addZero: [
    ['input', (g) => g.apply(add, g.x(), g.fill(0))],
    ['input', (g) => g.apply(add, g.fill(-0, 'A B'), g.x('A B'))],
  ],
  subZero: [['input', (g) => g.apply(sub, g.x(), g.fill(0))]],
  mulOne: [
    ['input', (g) => g.apply(mul, g.x(), g.fill(1))],
    ['input', (g) => g.apply(mul, g.fill(1, ''), g.x(''))],
  ],
  divOne: [['input', (g) => g.apply(div, g.x(), g.fill(1))]],
  divByPowerOfTwo: [
    ['mul', (g) => g.apply(div, g.x(), g.fill(8))],
    ['mul', (g) => g.apply(div, g.x(), g.fill(-0.25))],
  ],
  oneOver: [['reciprocal', (g) => g.apply(div, g.fill(1), g.x())]],
  guardOfConstant: [
    ['mul', (g) => g.apply(multiplyNoNan, g.x(), g.fill(3))],
    ['mul', (g) => g.apply(multiplyNoNan, g.fill(3), g.x())],
    ['broadcast', (g) => g.apply(multiplyNoNan, g.fill(0), g.x())],
  ],
  smallPower: [
    ['broadcast', (g) => g.apply(pow, g.x(), g.fill(0))],
    ['input', (g) => g.apply(pow, g.x(), g.fill(1))],
    ['square', (g) => g.apply(pow, g.x(), g.fill(2))],
    ['reciprocal', (g) => g.apply(pow, g.x(), g.fill(-1))],
  ],
  extremumOfSame: [
    ['input', (g) => g.apply(max, g.x(), g.x())],
    ['input', (g) => g.apply(min, g.x(), g.x())],
  ],
  mulZero: [
    ['broadcast', (g) => g.apply(mul, g.x(), g.fill(0))],
    ['broadcast', (g) => g.apply(multiplyNoNan, g.x(), g.fill(0))],
    ['broadcast', (g) => g.apply(div, g.fill(0), g.x())],
  ],
  subSelf: [['broadcast', (g) => g.apply(sub, g.x(), g.x())]],
  divByConstant: [['mul', (g) => g.apply(div, g.x(), g.fill(3))]],
  mulOfScaled: [['mul', (g) => g.apply(mul, g.apply(mul, g.fill(3), g.x()), g.fill(0.7))]],
  squareRoot: [['sqrt', (g) => g.apply(pow, g.apply(abs, g.x()), g.fill(0.5))]],

  doubleNegation: [['input', (g) => g.apply(neg, g.apply(neg, g.x()))]],
  subFromZero: [['neg', (g) => g.apply(sub, g.fill(0), g.x())]],
  subOfNegative: [['add', (g) => g.apply(sub, g.x(), g.apply(neg, g.y()))]],
  addOfNegative: [
    ['sub', (g) => g.apply(add, g.x(), g.apply(neg, g.y()))],
    ['sub', (g) => g.apply(add, g.apply(neg, g.x()), g.y())],
  ],
  negOfDifference: [['sub', (g) => g.apply(neg, g.apply(sub, g.x(), g.y()))]],
  negOfScaled: [
    ['mul', (g) => g.apply(neg, g.apply(mul, g.x(), g.fill(3)))],
    ['mul', (g) => g.apply(neg, g.apply(mul, g.fill(3), g.x()))],
  ],
  mulByMinusOne: [
    ['neg', (g) => g.apply(mul, g.x(), g.fill(-1))],
    ['neg', (g) => g.apply(mul, g.fill(-1), g.x())],
  ],
  productOfNegative: [
    ['neg', (g) => g.apply(mul, g.apply(neg, g.x()), g.y())],
    ['neg', (g) => g.apply(div, g.x(), g.apply(neg, g.y()))],
    ['neg', (g) => g.apply(multiplyNoNan, g.apply(neg, g.x()), g.y())],
  ],
  squareOfNegative: [['square', (g) => g.apply(square, g.apply(neg, g.x()))]],

  selectByConstant: [
    ['input', (g) => g.apply(select, g.known(true), g.x(), g.y())],
    ['input', (g) => g.apply(select, g.known(false), g.x(), g.y())],
  ],
  selectOfSame: [['input', (g) => g.apply(select, g.condition(), g.x(), g.x())]],
  selectByNot: [['select', (g) => g.apply(select, g.apply(not, g.condition()), g.x(), g.y())]],
  selectOfSelect: [
    ['select', (g) => g.apply(select, g.condition(), g.apply(select, g.condition(), g.x(), g.y()), g.z())],
    ['select', (g) => g.apply(select, g.condition(), g.x(), g.apply(select, g.condition(), g.y(), g.z()))],
  ],
  doubleNot: [['input', (g) => g.apply(not, g.apply(not, g.condition()))]],
  andOfKnown: [
    ['input', (g) => g.apply(and, g.condition(), g.known(true))],
    ['broadcast', (g) => g.apply(and, g.known(false), g.condition())],
    ['input', (g) => g.apply(and, g.condition(), g.condition())],
  ],

  wholeBroadcast: [['input', (g) => g.repeat(g.x('A B'), 'A B', [0, 1])]],
  broadcastOfBroadcast: [['broadcast', (g) => g.repeat(g.repeat(g.x('B'), 'A B', [1]), 'A C B', [0, 2])]],
  elementwiseOfBroadcasts: [
    ['broadcast', (g) => g.apply(tanh, g.repeat(g.x(), 'B A', [1]))],
    ['broadcast', (g) => g.apply(add, g.repeat(g.x(), 'B A', [1]), g.fill(2, 'B A'))],
    ['broadcast', (g) => g.apply(mul, g.repeat(g.x('A'), 'A B C', [0]), g.repeat(g.y('C'), 'A B C', [2]))],
    ['broadcast', (g) => g.apply(equal, g.repeat(g.x(''), 'A', []), g.repeat(g.y(''), 'A', []))],
  ],
  identityTranspose: [
    ['input', (g) => turn(g, g.x('A B'), 0, 1)],
    ['input', (g) => turn(g, g.x('A'), 0)],
  ],
  transposeOfTranspose: [['transpose', (g) => turn(g, turn(g, g.x('A B C'), 1, 2, 0), 0, 2, 1)]],
  transposeOfBroadcast: [
    ['broadcast', (g) => turn(g, g.repeat(g.x('A B'), 'A C B', [0, 2]), 2, 0, 1)],
    ['broadcast', (g) => turn(g, g.repeat(g.x('A'), 'A B', [0]), 1, 0)],
  ],
  sameShapeReshape: [['input', (g) => shaped(g, g.x('A B'), 'A B')]],
  reshapeOfReshape: [['reshape', (g) => shaped(g, shaped(g, g.x('A B'), 'A*B'), 'B A')]],
  reshapeOfScalar: [
    ['broadcast', (g) => shaped(g, g.repeat(g.x(''), 'A B', []), 'A*B')],
    ['constant', (g) => shaped(g, g.fill(2, '1'), '')],
  ],

  wholeSlice: [['input', (g) => cut(g, g.x('A B'), 1, '0', 'B')]],
  sliceOfSlice: [['slice', (g) => cut(g, cut(g, g.x('A+4'), 0, '1', 'A+2'), 0, '2', 'A')]],
  emptyPad: [['input', (g) => surround(g, g.x('A B'), 1, '0', '0')]],
  padOfPad: [['pad', (g) => surround(g, surround(g, g.x('A B'), 1, '1', '2'), 1, 'A', '1')]],
  sliceOfPad: [
    ['slice', (g) => cut(g, surround(g, g.x('A B'), 0, '2', 'C'), 0, '2', 'A')],
    ['slice', (g) => cut(g, surround(g, g.x('A+1 B'), 0, '2', 'C'), 0, '3', 'A')],
    ['broadcast', (g) => cut(g, surround(g, g.x('A B'), 0, 'C+2', '1'), 0, '1', 'C')],
    ['broadcast', (g) => cut(g, surround(g, g.x('A B'), 0, 'C', '1'), 0, 'A+C', '1')],
  ],
  sliceOfBroadcast: [
    ['broadcast', (g) => cut(g, g.repeat(g.x('A+2'), 'B A+2', [1]), 1, '1', 'A')],
    ['broadcast', (g) => cut(g, g.repeat(g.x('A'), 'B+1 A', [1]), 0, '1', 'B')],
  ],
  splitOfBroadcast: [
    ['broadcast', (g) => part(g, g.repeat(g.x('3A'), 'B 3A', [1]), 1, 'A 2A', 1)],
    ['broadcast', (g) => part(g, g.repeat(g.x('A'), 'B+2 A', [1]), 0, 'B 2', 0)],
  ],
  sliceOfConcat: [
    ['input', (g) => cut(g, beside(g, 0, g.x('A'), g.y('B'), g.z('C')), 0, 'A', 'B')],
    ['concat', (g) => cut(g, beside(g, 1, g.x('2 A'), g.y('2 B'), g.z('2 C')), 1, 'A', 'B+C')],
    ['slice', (g) => cut(g, beside(g, 0, g.x('A'), g.y('B+2')), 0, 'A+1', 'B')],
  ],
  splitOfConcat: [
    ['input', (g) => part(g, beside(g, 0, g.x('A'), g.y('B')), 0, 'A B', 1)],
    ['concat', (g) => part(g, beside(g, 0, g.x('A'), g.y('B'), g.z('C')), 0, 'A B+C', 1)],
    ['slice', (g) => part(g, beside(g, 0, g.x('2A'), g.y('B')), 0, 'A A B', 1)],
  ],
  splitOfOne: [['input', (g) => part(g, g.x('A B'), 1, 'B', 0)]],
  concatOfOne: [['input', (g) => beside(g, 1, g.x('A B'))]],
  concatOfConcat: [['concat', (g) => beside(g, 0, g.x('A'), beside(g, 0, g.y('B'), g.z('C')))]],
  concatOfSplit: [['input', (g) => beside(g, 1, ...[0, 1, 2].map((k) => part(g, g.x('B 4A'), 1, 'A 2A A', k)))]],
  concatOfSlices: [['concat', (g) => beside(g, 0, g.y(), cut(g, g.x('A+B+2'), 0, '1', 'A'), cut(g, g.x('A+B+2'), 0, 'A+1', 'B'))]],
  concatOfBroadcasts: [['broadcast', (g) => beside(g, 1, g.repeat(g.x('A'), 'C A', [1]), g.repeat(g.y('B'), 'C B', [1]))]],

  reduceNothing: [
    ['input', (g) => sumOver(g, g.x('A B'))],
    ['input', (g) => g.with(reduceMax, { axes: [] }, g.x('A B'))],
  ],
  reduceUnitAxes: [
    ['reshape', (g) => sumOver(g, g.x('A 1 B'), 1)],
    ['reshape', (g) => g.with(reduceMax, { axes: [0, 1] }, g.x('1 1'))],
  ],
  sumOfSum: [['reduceSum', (g) => sumOver(g, sumOver(g, g.x('A B C'), 1), 1)]],
  sumOfBroadcast: [
    ['mul', (g) => sumOver(g, g.repeat(g.x(), 'B A', [1]), 0)],
    ['mul', (g) => sumOver(g, g.repeat(g.x('A C'), 'A B C', [0, 2]), 0, 1)],
    ['broadcast', (g) => sumOver(g, g.repeat(g.x('A C'), 'A B C', [0, 2]), 2)],
  ],
  sumOfConcat: [
    ['concat', (g) => sumOver(g, beside(g, 1, g.x('C A'), g.y('C B')), 0)],
    ['concat', (g) => sumOver(g, beside(g, 0, g.x('A C'), g.y('B C')), 1)],
  ],
  sumOfNegative: [['neg', (g) => sumOver(g, g.apply(neg, g.x('A B')), 1)]],
  reduceOfTranspose: [
    ['transpose', (g) => sumOver(g, turn(g, g.x('A B C'), 2, 0, 1), 2)],
    ['transpose', (g) => g.with(reduceMax, { axes: [0] }, turn(g, g.x('A B C'), 1, 2, 0))],
  ],

  einsumOfTranspose: [
    ['einsum', (g) => g.einsum('oi,bi->bo', turn(g, g.x('A B'), 1, 0), g.y('C A'))],
    ['einsum', (g) => g.einsum('bi,oib->bo', g.x('C A'), turn(g, g.y('A C B'), 2, 0, 1))],
  ],
  transposeOfEinsum: [['einsum', (g) => turn(g, g.einsum('aij,bjk->aibk', g.x('A 2 B'), g.y('C B 2')), 2, 0, 3, 1)]],
  einsumOfBroadcast: [
    // The repeated axis is summed, is shared and kept, is new in the result.
    ['einsum', (g) => g.einsum('oi,bi->bo', g.repeat(g.x('A'), 'A B', [0]), g.y('C B'))],
    ['einsum', (g) => g.einsum('bi,boi->bo', g.repeat(g.x('A'), 'B A', [1]), g.y('B C A'))],
    ['broadcast', (g) => g.einsum('oi,bi->bo', g.x('C A'), g.repeat(g.y('A'), 'B A', [1]))],
    ['einsum', (g) => g.einsum('i,i->', g.fill(3), g.y())],
  ],
  einsumWithoutSum: [
    ['mul', (g) => g.einsum('bi,bi->bi', g.x('A B'), g.y('A B'))],
    ['mul', (g) => g.einsum('ib,b->bi', g.x('A B'), g.y('B'))],
    ['mul', (g) => g.einsum(',bi->bi', g.x(''), g.y('A B'))],
  ],
  sumOfEinsum: [
    ['einsum', (g) => sumOver(g, g.einsum('boi,bi->bo', g.x('A B C'), g.y('A C')), 0)],
    ['einsum', (g) => sumOver(g, g.einsum('oi,bi->bo', g.x('A C'), g.y('B C')), 1)],
  ],
  einsumOfNegative: [
    ['neg', (g) => g.einsum('oi,i->o', g.apply(neg, g.x('A B')), g.y('B'))],
    ['neg', (g) => g.einsum('oi,i->o', g.x('A B'), g.apply(neg, g.y('B')))],
  ],
} satisfies Record<RuleName, readonly [Example, ...Example[]]>;

/** Graphs that look like examples, on which the rule must keep quiet. */
export const counterexamples = {
  foldConstants: [(g) => g.apply(add, g.fill(dim('A')), g.fill(1))],
  concatOfConstant: [(g) => beside(g, 0, g.fill(0), g.fill(-0, 'B'))],
  addZero: [(g) => g.apply(add, g.index(), g.fill(0))],
  divByPowerOfTwo: [(g) => g.apply(div, g.x(), g.fill(3)), (g) => g.apply(div, g.x(), g.fill(0))],
  divByConstant: [(g) => g.apply(div, g.x(), g.fill(0)), (g) => g.apply(div, g.x(), g.fill(Infinity))],
  guardOfConstant: [(g) => g.apply(multiplyNoNan, g.x(), g.fill(Infinity)), (g) => g.apply(multiplyNoNan, g.x(), g.y())],
  smallPower: [(g) => g.apply(pow, g.x(), g.fill(3))],
  elementwiseOfBroadcasts: [
    (g) => g.apply(add, g.repeat(g.x('A'), 'A B', [0]), g.repeat(g.y('B'), 'A B', [1])),
    (g) => g.apply(add, g.x('A B'), g.repeat(g.y('B'), 'A B', [1])),
  ],
  reshapeOfScalar: [(g) => shaped(g, g.repeat(g.x('B'), 'A B', [1]), 'A*B')],
  sliceOfSlice: [(g) => cut(g, cut(g, g.x('A+1 B+1'), 0, '1', 'A'), 1, '1', 'B')],
  padOfPad: [(g) => surround(g, surround(g, g.x('A B'), 0, '1', '0'), 1, '1', '0')],
  // It holds zeros and values, or may, depending on the sizes.
  sliceOfPad: [
    (g) => cut(g, surround(g, g.x('A+1'), 0, '1', '1'), 0, '0', 'A+1'),
    (g) => cut(g, surround(g, g.x('A'), 0, 'B', '2'), 0, 'C', '2'),
  ],
  sliceOfConcat: [(g) => cut(g, beside(g, 0, g.x('A+1'), g.y('B+1')), 0, 'A', '2')],
  concatOfSplit: [
    (g) => beside(g, 0, ...[1, 0].map((k) => part(g, g.x('2A'), 0, 'A A', k))),
    (g) => beside(g, 0, ...[0, 1].map((k) => part(g, g.x('3A'), 0, 'A A A', k))),
  ],
  concatOfSlices: [(g) => beside(g, 0, cut(g, g.x('A+3'), 0, '0', '1'), cut(g, g.x('A+3'), 0, '2', '1'))],
  concatOfBroadcasts: [(g) => beside(g, 0, g.repeat(g.x('A'), 'C A', [1]), g.repeat(g.y('A'), 'B A', [1]))],
  sumOfConcat: [(g) => sumOver(g, beside(g, 0, g.x('A'), g.y('B')), 0)],
  reduceUnitAxes: [(g) => sumOver(g, g.x('1 B'), 0, 1)],
  einsumWithoutSum: [(g) => g.einsum('v,k->vk', g.x('A'), g.y('B')), (g) => g.einsum('bi,bi->b', g.x('A B'), g.y('A B'))],
  broadcastOfBroadcast: [(g) => g.with(broadcast, { shape: dims('A B'), axes: [1] }, g.x('B'))],
  subZero: [(g) => g.with(constant, { dtype: 'real', value: 0 })],
} satisfies Partial<Record<RuleName, readonly ((g: Sketch) => Node)[]>>;
