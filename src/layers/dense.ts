import { apply } from '../declare/expression.js';
import type { Expression, Shape } from '../declare/expression.js';
import { add, broadcast, parameter } from '../declare/index.js';
import type { Initializer } from '../declare/initializer.js';
import { glorotUniform, zeros } from '../declare/initializer.js';
import { einsum } from '../ops/einsum.js';

export interface DenseOptions {
  readonly weights?: Initializer;
  /** How the bias starts out; `false` leaves it out. */
  readonly bias?: Initializer | false;
}

/** `W v + b` on the last axis of a value; parameters `<name>.W` `[out, in]` and `<name>.b` `[out]`. */
export function dense<const O extends string | number, Leading extends Shape>(
  name: string,
  out: O,
  value: Expression<readonly [...Leading, string | number]>,
  { weights = glorotUniform, bias = zeros }: DenseOptions = {},
): Expression<readonly [...Leading, O]> {
  const { shape } = value.node.type;
  const width = shape.at(-1);
  if (width === undefined) throw value.declaration.error(`dense('${name}') needs a value with at least one axis`);
  const matrix = parameter(`${name}.W`, [out, width.key], weights);
  const leading = 'abcdefgh'.slice(0, shape.length - 1);
  const product = apply<{ left: string; right: string; out: string }, readonly [...Leading, O]>(einsum, [matrix, value], {
    left: 'oi',
    right: `${leading}i`,
    out: `${leading}o`,
  });
  if (bias === false) return product;
  const rows = product.node.type.shape.map((dim) => dim.key);
  return add(product, broadcast(parameter(`${name}.b`, [out], bias), rows) as Expression as typeof product);
}
