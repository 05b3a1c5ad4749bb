import type { DimLike } from '../graph/dim.js';
import { matrixVector } from './array-operations.js';
import { Declaration } from './declaration.js';
import { add, mul } from './elementwise-operations.js';
import { Expression } from './expression.js';
import type { Shape } from './expression.js';
import { glorotUniform, zeros } from './initializer.js';
import type { Initializer } from './initializer.js';

/** A trained value. Matrices start out Glorot-uniform, vectors at zero, unless an initializer is given. */
export function parameter<const S extends Shape>(name: string, shape: S, initializer?: Initializer): Expression<S> {
  const declaration = Declaration.current(`the parameter '${name}'`);
  return declare(declaration, name, shape, initializer);
}

export interface AffineOptions {
  /** How the matrices start out. */
  readonly weights?: Initializer;
  /** How the bias starts out; `false` leaves it out. */
  readonly bias?: Initializer | false;
}

/**
 * `Σ_k K_name x_k + b_name`: a matrix for each operand, called after its key, and a bias, all `[out, …]`. With an empty
 * name the matrices are called as their keys, and the bias `b`.
 *
 * `affine('i', 'H', { W: x, R: y })` is `W_i x + R_i y + b_i`.
 */
export function affine<const O extends string | number>(
  name: string,
  out: O,
  operands: Readonly<Record<string, Expression<readonly [string | number]>>>,
  { weights, bias = zeros }: AffineOptions = {},
): Expression<readonly [O]> {
  const declaration = Declaration.current(`affine('${name}')`);
  const suffix = name === '' ? '' : `_${name}`;
  const terms = Object.entries(operands).map(([key, operand]) => {
    const [width] = operand.node.type.shape;
    if (width === undefined || operand.node.type.shape.length !== 1) {
      throw declaration.error(`affine('${name}') takes vectors; '${key}' has rank ${String(operand.node.type.shape.length)}`);
    }
    const matrix = declare<readonly [O, string | number]>(declaration, `${key}${suffix}`, [out, width], weights);
    return matrixVector(matrix, operand);
  });
  const [first, ...rest] = terms;
  if (first === undefined) throw declaration.error(`affine('${name}') was given no operands`);
  let total = first;
  for (const term of rest) total = add(total, term);
  if (bias !== false) total = add(total, declare<readonly [O]>(declaration, `b${suffix}`, [out], bias));
  declaration.gates.set(total.node, name);
  return total;
}

/** `Σ_k K_name x_k`: affine without a bias. */
export function linear<const O extends string | number>(
  name: string,
  out: O,
  operands: Readonly<Record<string, Expression<readonly [string | number]>>>,
  weights?: Initializer,
): Expression<readonly [O]> {
  return affine(name, out, operands, weights === undefined ? { bias: false } : { bias: false, weights });
}

/** `p * v` with a trained vector: a diagonal peephole. */
export function diagonal<S extends Shape>(name: string, value: Expression<S>, initializer?: Initializer): Expression<S> {
  const { declaration, node } = value;
  return mul(declare<S>(declaration, name, node.type.shape, initializer), value);
}

function declare<S extends Shape>(
  declaration: Declaration,
  name: string,
  shape: readonly DimLike[],
  initializer: Initializer | undefined,
): Expression<S> {
  const dims = declaration.shape(`the parameter '${name}'`, shape);
  return new Expression<S>(declaration, declaration.declareParameter(name, dims, initializer ?? (dims.length > 1 ? glorotUniform : zeros)));
}
