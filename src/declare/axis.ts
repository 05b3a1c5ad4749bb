import { printShape } from '../graph/dim.js';
import { elementText } from '../report/text.js';
import { declarationOf } from './expression.js';
import type { Expression } from './expression.js';

/** An axis counted from the first; negative counts from the last. Throws a `DeclarationError` when there is none. */
export function axisOf(value: Expression, axis: number): number {
  const declaration = declarationOf('an operation along an axis', value);
  const { shape } = value.node.type;
  const at = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= shape.length) {
    throw declaration.error(
      `there is no axis ${String(axis)} in ${elementText(declaration.builder, value.node)}, which is ${printShape(shape)}`,
    );
  }
  return at;
}
