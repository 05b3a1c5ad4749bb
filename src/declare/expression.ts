import { printShape } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import { fill } from '../ops/construct.js';
import { none, ShapeError } from '../ops/op.js';
import type { Op } from '../ops/op.js';
import { elementText } from '../report/text.js';
import { Declaration } from './declaration.js';
import { callerLocation } from './location.js';

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

/** Adds a node for the user: locates it, and turns shape errors into errors about their expression. */
export function apply<A, S extends Shape>(op: Op<A>, operands: readonly Expression[], attributes: A): Expression<S> {
  const [first] = operands;
  if (first === undefined) throw new Error(`'${op.name}' was applied to nothing`);
  const { declaration } = first;
  const { builder } = declaration;
  const stranger = operands.find((operand) => operand.declaration !== declaration);
  if (stranger !== undefined) {
    throw declaration.error(`'${op.name}' was given an expression of another definition (${stranger.declaration.definition})`);
  }
  try {
    const node = builder.node(op, operands.map((operand) => operand.node), attributes);
    builder.locate(node, callerLocation());
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
export function fillOperands<S extends Shape>(name: string, operands: readonly Operand<S>[]): Expression<S>[] {
  const model = operands.find((operand) => operand instanceof Expression);
  if (model === undefined) {
    throw Declaration.current(`'${name}' of numbers alone`).error(
      `'${name}' was given numbers only; compute them in TypeScript, or write constant(value, shape)`,
    );
  }
  return operands.map((operand) => {
    if (operand instanceof Expression) return operand;
    if (typeof operand !== 'number') {
      throw model.declaration.error(`'${name}' takes expressions and numbers, not ${operand === null ? 'null' : typeof operand}`);
    }
    return new Expression<S>(model.declaration, fill(model.declaration.builder, operand, model.node.type.shape));
  });
}
