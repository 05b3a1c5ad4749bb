import { broadcastTo } from './construct.js';
import { linear } from './linear.js';
import { Binding } from './op.js';
import type { Op } from './op.js';
import { batchReduction, reducedType, reduceTensor } from './reduction.js';
import type { ReduceAttributes } from './reduction.js';

/** The sum over some axes. Its transpose broadcasts along them. */
export const reduceSum: Op<ReduceAttributes> = linear<ReduceAttributes>({
  name: 'reduceSum',
  family: 'linear',
  resultTypes: ([type], attributes) => [reducedType('sum', type, attributes)],
  evaluate: ([tensor], attributes, [shape]) =>
    tensor === undefined ? [] : [reduceTensor(tensor, attributes, shape ?? [], 0, (total, value) => total + value)],
  transpose(builder, { operands: [operand], attributes: { axes } }, [cotangent]) {
    if (cotangent === undefined || operand === undefined) return [];
    const { shape } = operand.type;
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    return [broadcastTo(builder, cotangent, shape, kept)];
  },
  batch({ builder }, [operand], attributes) {
    const { axes, axis } = batchReduction(operand, attributes);
    return operand === undefined ? [] : [{ node: builder.node(reduceSum, [operand.node], { axes }), axis }];
  },
  lowering: { kind: 'reduce', combine: 'sum', axes: ({ axes }) => axes },
  text: ([a], { axes }) => `sum(${String(a)}${axes.length === 1 && axes[0] === 0 ? '' : `, axes ${axes.join(', ')}`})`,
  tex: ([a]) => `\\textstyle\\sum ${String(a)}`,
  binding: Binding.atom,
});
