import { Dim, printShape } from '../graph/dim.js';
import { alignBatch } from './elementwise.js';
import { resultOf } from './construct.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { split } from './split.js';
import { elementCount } from './strides.js';

export interface ConcatAttributes {
  readonly axis: number;
}

/** Values side by side along one axis. Its transpose is a split. */
export const concat: Op<ConcatAttributes> = linear<ConcatAttributes>({
  name: 'concat',
  resultTypes(types, { axis }) {
    const [first] = types;
    if (first?.shape[axis] === undefined) {
      throw new ShapeError(`'concat' along axis ${String(axis)} needs values of a higher rank`);
    }
    const rest = (shape: readonly Dim[]) => printShape(shape.filter((_, k) => k !== axis));
    for (const type of types) {
      if (type.shape.length !== first.shape.length || rest(type.shape) !== rest(first.shape) || type.dtype !== first.dtype) {
        throw new ShapeError(
          `'concat' along axis ${String(axis)} needs values that agree in the other axes, not ${types.map((t) => printShape(t.shape)).join(' and ')}`,
        );
      }
    }
    const total = Dim.sum(types.flatMap((type) => type.shape[axis] ?? []));
    return [{ dtype: first.dtype, shape: first.shape.map((dim, k) => (k === axis ? total : dim)) }];
  },
  evaluate(tensors, { axis }, [shape]) {
    const out = new Float64Array(elementCount(shape ?? []));
    const outer = elementCount(shape?.slice(0, axis) ?? []);
    const rowLength = elementCount(shape?.slice(axis) ?? []);
    let start = 0;
    for (const tensor of tensors) {
      const length = elementCount(tensor.shape.slice(axis));
      for (let row = 0; row < outer; row++) {
        out.set(tensor.data.subarray(row * length, (row + 1) * length), row * rowLength + start);
      }
      start += length;
    }
    return [out];
  },
  transpose(builder, { operands, attributes: { axis } }, [cotangent]) {
    if (cotangent === undefined) return [];
    const lengths = operands.flatMap((operand) => operand.type.shape[axis] ?? []);
    const parts = builder.node(split, [cotangent], { axis, lengths });
    return operands.map((_, index) => resultOf(builder, parts, index));
  },
  batch(context, operands, attributes) {
    const { nodes, axis: at } = alignBatch(context, operands);
    const axis = attributes.axis < at ? attributes.axis : attributes.axis + 1;
    return [{ node: context.builder.node(concat, nodes, { axis }), axis: at }];
  },
  lowering: { kind: 'concat', axis: ({ axis }) => axis },
  text: (operands) => `[${operands.join(', ')}]`,
  tex: (operands) => `[${operands.join(';\\,')}]`,
  binding: Binding.atom,
});
