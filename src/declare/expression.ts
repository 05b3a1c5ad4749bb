import { printShape } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import { fill } from '../ops/construct.js';
import { none, ShapeError } from '../ops/op.js';
import type { Op } from '../ops/op.js';
import { elementText } from '../report/text.js';
import { Declaration } from './declaration.js';
import { lazyCallerLocation } from './location.js';

/** The dims of a value, in the types: `['H']`, `['H', 'I']`, `['4H']`, `[1]`. */
export type Shape = readonly (string | number)[];

/** A value in a declaration. Its shape is known to TypeScript, so that most mistakes show in the editor. */
export class Expression<out S extends Shape = Shape> {
  declare readonly shape: S;

  constructor(
    readonly declaration: Declaration,
    readonly node: Node,
  ) {}
}

/** An expression, or a number that is repeated to fit. */
export type Operand<S extends Shape> = Expression<S> | number;

/**
 * The definition being written. Throws a `DeclarationError` when there is none, or when one of the values is no expression
 * or was made in another definition.
 */
export function declarationOf(what: string, ...values: readonly unknown[]): Declaration {
  const declaration = Declaration.current(`'${what}'`);
  for (const value of values) {
    if (!(value instanceof Expression)) throw declaration.error(`'${what}' takes expressions, not ${describe(value)}`);
    if (value.declaration !== declaration) {
      const stranger = elementText(value.declaration.builder, value.node);
      throw declaration.error(
        `'${what}' was given ${stranger}, an expression of another definition (${value.declaration.definition})`,
      );
    }
  }
  return declaration;
}

/** Adds a node for the user: locates it, and turns shape errors into errors about their expression. */
export function apply<A, S extends Shape>(op: Op<A>, operands: readonly Expression[], attributes: A): Expression<S> {
  const declaration = declarationOf(op.name, ...operands);
  const { builder } = declaration;
  try {
    const node = builder.node(
      op,
      operands.map((operand) => operand.node),
      attributes,
    );
    builder.locate(node, lazyCallerLocation());
    return new Expression<S>(declaration, node);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const shapes = operands.map(({ node }) => `${elementText(builder, node)} is ${printShape(node.type.shape)}`);
    throw declaration.error(`${error.message} (${shapes.join(', ')})`);
  }
}

/** Applies an elementwise op; numbers take the shape of the expressions. */
export function applyElementwise<S extends Shape>(op: Op<typeof none>, operands: readonly Operand<S>[]): Expression<S> {
  return apply<typeof none, S>(op, fillOperands(op.name, operands), none);
}

/** Replaces numbers by constants in the shape of the first expression. */
function fillOperands<S extends Shape>(name: string, operands: readonly Operand<S>[]): Expression<S>[] {
  const declaration = declarationOf(name, ...operands.filter((operand) => typeof operand !== 'number'));
  const model = operands.find((operand) => operand instanceof Expression);
  if (model === undefined) {
    throw declaration.error(
      `'${name}' was given numbers only; compute them in TypeScript, or write constant(value, shape)`,
    );
  }
  return operands.map((operand) => {
    if (operand instanceof Expression) return operand;
    if (Number.isNaN(operand)) throw declaration.error(`'${name}' was given NaN`);
    return new Expression<S>(declaration, fill(declaration.builder, operand, model.node.type.shape));
  });
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}
