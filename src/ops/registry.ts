import { abs } from './abs.js';
import { add } from './add.js';
import { and } from './and.js';
import { broadcast } from './broadcast.js';
import { clipCotangent } from './clip-cotangent.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { constant } from './constant.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { einsum } from './einsum.js';
import { equal } from './equal.js';
import { exp } from './exp.js';
import { expm1 } from './expm1.js';
import { floor } from './floor.js';
import { fold } from './fold.js';
import { gather } from './gather.js';
import { greaterEqual } from './greater-equal.js';
import { greater } from './greater.js';
import { indexAdd } from './index-add.js';
import { indexMul } from './index-mul.js';
import { indexSelect } from './index-select.js';
import { input } from './input.js';
import { iota } from './iota.js';
import { log } from './log.js';
import { log1p } from './log1p.js';
import { max } from './max.js';
import { min } from './min.js';
import { mul } from './mul.js';
import { multiplyNoNan } from './multiply-no-nan.js';
import { neg } from './neg.js';
import { not } from './not.js';
import type { Op } from './op.js';
import { pad } from './pad.js';
import { pow } from './pow.js';
import { reciprocal } from './reciprocal.js';
import { reduceMax } from './reduce-max.js';
import { reduceSum } from './reduce-sum.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { result } from './result.js';
import { scan } from './scan.js';
import { scatterAdd } from './scatter-add.js';
import { select } from './select.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { sin } from './sin.js';
import { slice } from './slice.js';
import { softplus } from './softplus.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { square } from './square.js';
import { stopGradient } from './stop-gradient.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { windows } from './windows.js';

/**
 * Every op there is. An op carries its shape rule, meaning, derivatives, batching rule, notation and lowering itself
 * (`Op` has no optional member), so that this list is the only other place that a new op is written.
 */
export const registry = {
  abs, add, and, broadcast, clip, clipCotangent, concat, constant, cos, div, einsum, equal, exp, expm1, floor, fold, gather,
  greater, greaterEqual, indexAdd, indexMul, indexSelect, input, iota, log, log1p, max, min, mul, multiplyNoNan, neg, not,
  pad, pow, reciprocal, reduceMax, reduceSum, relu, reshape, result, scan, scatterAdd, select, sigmoid, sign, sin, slice, softplus,
  split, sqrt, square, stopGradient, sub, tanh, transpose, windows,
} satisfies Record<string, Op<never>>;

export type OpName = keyof typeof registry;
