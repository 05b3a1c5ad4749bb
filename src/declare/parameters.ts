import { printShape } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import { elementText } from '../report/text.js';
import { matrixVector } from './array-operations.js';
import { Declaration } from './declaration.js';
import { add, mul } from './elementwise-operations.js';
import { declarationOf, Expression } from './expression.js';
import type { Shape } from './expression.js';
import { glorotUniform, zeros } from './initializer.js';
import type { Initializer } from './initializer.js';
import { isIdentifier } from './names.js';

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
 * name the matrices are called as their keys, and the bias `b`; a path stays in front.
 *
 * `affine('i', 'H', { W: x, R: y })` is `W_i x + R_i y + b_i`; `affine('in.i', 'H', { W: x })` is `in.W_i x + in.b_i`.
 */
export function affine<const O extends string | number>(
  name: string,
  out: O,
  operands: Readonly<Record<string, Expression<readonly [string | number]>>>,
  { weights, bias = zeros }: AffineOptions = {},
): Expression<readonly [O]> {
  const declaration = Declaration.current(`affine('${name}')`);
  const path = name.slice(0, name.lastIndexOf('.') + 1);
  const suffix = name === path ? '' : `_${name.slice(path.length)}`;
  const terms = Object.entries(operands).map(([key, operand]) => {
    declarationOf(`affine('${name}')`, operand);
    const { shape } = operand.node.type;
    const [width] = shape;
    if (width === undefined || shape.length !== 1) {
      const text = elementText(declaration.builder, operand.node);
      throw declaration.error(`affine('${name}') multiplies '${key}' with a vector; ${text} is ${printShape(shape)}`);
    }
    const matrix = declare<readonly [O, string | number]>(declaration, `${path}${key}${suffix}`, [out, width], weights);
    return matrixVector(matrix, operand);
  });
  const [first, ...rest] = terms;
  if (first === undefined) throw declaration.error(`affine('${name}') was given no operands`);
  let total = first;
  for (const term of rest) total = add(total, term);
  if (bias !== false) total = add(total, declare<readonly [O]>(declaration, `${path}b${suffix}`, [out], bias));
  const gate = name.replaceAll('.', '_');
  if (isIdentifier(gate)) declaration.gates.set(total.node, gate);
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
export function diagonal<S extends Shape>(
  name: string,
  value: Expression<S>,
  initializer?: Initializer,
): Expression<S> {
  const declaration = declarationOf(`diagonal('${name}')`, value);
  const { node } = value;
  return mul(declare<S>(declaration, name, node.type.shape, initializer), value);
}

function declare<S extends Shape>(
  declaration: Declaration,
  name: string,
  shape: readonly DimLike[],
  initializer: Initializer | undefined,
): Expression<S> {
  const dims = declaration.shape(`the parameter '${name}'`, shape);
  const [, unusable] = Object.entries(initializer ?? {}).find(([, value]) => typeof value === 'number' && !Number.isFinite(value)) ?? [];
  if (unusable !== undefined) throw declaration.error(`the parameter '${name}' can't start out from ${String(unusable)}`);
  return new Expression<S>(
    declaration,
    declaration.declareParameter(name, dims, initializer ?? (dims.length > 1 ? glorotUniform : zeros)),
  );
}
