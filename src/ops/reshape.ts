import { Dim, printShape } from '../graph/dim.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { moveAxis } from './transpose.js';

export interface ReshapeAttributes {
  readonly shape: readonly Dim[];
}

/** The same elements in row-major order under another shape. Its transpose is the reshape back. */
export const reshape: Op<ReshapeAttributes> = linear<ReshapeAttributes>({
  name: 'reshape',
  resultTypes([type], { shape }) {
    if (type === undefined) throw new ShapeError(`'reshape' takes one operand`);
    if (!Dim.product(type.shape).equals(Dim.product(shape))) {
      throw new ShapeError(`'reshape' can't bring ${printShape(type.shape)} to ${printShape(shape)}: the counts differ`);
    }
    return [{ dtype: type.dtype, shape }];
  },
  evaluate: ([tensor]) => (tensor === undefined ? [] : [tensor.data.slice()]),
  transpose(builder, { operands: [operand] }, [cotangent]) {
    if (cotangent === undefined || operand === undefined) return [];
    return [builder.node(reshape, [cotangent], { shape: operand.type.shape })];
  },
  batch({ builder, size }, [operand], { shape }) {
    if (operand?.axis === undefined) throw new Error('reshape: no batch axis');
    const first = moveAxis(builder, operand.node, operand.axis, 0);
    return [{ node: builder.node(reshape, [first], { shape: [size, ...shape] }), axis: 0 }];
  },
  lowering: { kind: 'reshape' },
  text: ([a], { shape }) => `reshape(${String(a)}, ${printShape(shape)})`,
  tex: ([a]) => `\\operatorname{reshape}(${String(a)})`,
  binding: Binding.atom,
});
