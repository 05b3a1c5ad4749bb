import * as elementwise from '../elementwise-operations.js';
import type { Expression, Operand } from '../expression.js';
import { softmax } from '../reductions.js';

type Vector = Expression<readonly [string]>;
type Value = Operand<readonly [string]>;

interface EquationFunction {
  readonly operands: number;
  apply(...operands: readonly Value[]): Vector;
}

const unary = (apply: (a: Vector) => Vector): EquationFunction => ({ operands: 1, apply: (a) => apply(a as Vector) });
const binary = (apply: (a: Value, b: Value) => Vector): EquationFunction => ({
  operands: 2,
  apply: (a = 0, b = 0) => apply(a, b),
});

/** What may stand in front of parentheses: functions of vectors, all but the softmax elementwise. */
export const functions: Readonly<Record<string, EquationFunction>> = {
  sig: unary(elementwise.sigmoid),
  sigmoid: unary(elementwise.sigmoid),
  tanh: unary(elementwise.tanh),
  relu: unary(elementwise.relu),
  softplus: unary(elementwise.softplus),
  exp: unary(elementwise.exp),
  expm1: unary(elementwise.expm1),
  ln: unary(elementwise.log),
  log: unary(elementwise.log),
  log1p: unary(elementwise.log1p),
  sqrt: unary(elementwise.sqrt),
  square: unary(elementwise.square),
  abs: unary(elementwise.abs),
  sign: unary(elementwise.sign),
  sin: unary(elementwise.sin),
  cos: unary(elementwise.cos),
  floor: unary(elementwise.floor),
  softmax: unary(softmax),
  min: binary(elementwise.min),
  max: binary(elementwise.max),
  pow: binary(elementwise.pow),
  clip: { operands: 3, apply: (a, low = 0, high = 0) => elementwise.clip(a as Vector, low, high) },
};

export const isFunction = (name: string): boolean => Object.hasOwn(functions, name);
