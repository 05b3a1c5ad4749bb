import type { Dim } from '../graph/dim.js';
import type { ValueType } from '../graph/node.js';
import { indexMapped } from './index-mapped.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { slice } from './slice.js';

export interface PadAttributes {
  readonly axis: number;
  /** How many zeros stand before and after, along the axis. */
  readonly before: Dim;
  readonly after: Dim;
}

const padded = (type: ValueType, { axis, before, after }: PadAttributes): ValueType => ({
  dtype: type.dtype,
  shape: type.shape.map((dim, k) => (k === axis ? dim.plus(before).plus(after) : dim)),
});

/** Zeros before and after, along one axis. Its transpose is a slice. */
export const pad: Op<PadAttributes> = linear<PadAttributes>({
  name: 'pad',
  resultTypes([type], attributes) {
    if (type?.shape[attributes.axis] === undefined) {
      throw new ShapeError(`'pad' along axis ${String(attributes.axis)} of a value of rank ${String(type?.shape.length ?? 0)}`);
    }
    if ((attributes.before.constantValue ?? 0) < 0 || (attributes.after.constantValue ?? 0) < 0) {
      throw new ShapeError(`'pad' by ${attributes.before.key} and ${attributes.after.key}: neither may be negative`);
    }
    return [padded(type, attributes)];
  },
  ...indexMapped<PadAttributes>(padded, (output, { axis, before }, operand) => {
    const at = output[axis];
    const size = operand.shape[axis];
    if (at === undefined || size === undefined) throw new ShapeError(`'pad' along an axis that is not there`);
    const inner = at.minus(before);
    return { index: output.map((dim, k) => (k === axis ? inner : dim)), guards: [{ index: inner, size }] };
  }),
  transpose(builder, { operands: [operand], attributes: { axis, before } }, [cotangent]) {
    const length = operand?.type.shape[axis];
    if (cotangent === undefined || length === undefined) return [];
    return [builder.node(slice, [cotangent], { axis, start: before, length })];
  },
  batch({ builder }, [operand], attributes) {
    if (operand?.axis === undefined) throw new Error('pad: no batch axis');
    const axis = attributes.axis < operand.axis ? attributes.axis : attributes.axis + 1;
    return [{ node: builder.node(pad, [operand.node], { ...attributes, axis }), axis: operand.axis }];
  },
  text: ([a], { before, after }) => `pad(${String(a)}, ${before.key}, ${after.key})`,
  tex: ([a], { before, after }) => `\\operatorname{pad}_{${before.key},${after.key}}(${String(a)})`,
  binding: Binding.atom,
});
