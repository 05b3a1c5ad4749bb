import { Dim } from '../graph/dim.js';
import type { ValueType } from '../graph/node.js';
import { indexMapped } from './index-mapped.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { pad } from './pad.js';

export interface SliceAttributes {
  readonly axis: number;
  readonly start: Dim;
  readonly length: Dim;
}

const sliced = (type: ValueType, { axis, length }: SliceAttributes): ValueType => ({
  dtype: type.dtype,
  shape: type.shape.map((dim, k) => (k === axis ? length : dim)),
});

/** A contiguous part along one axis. Its transpose pads with zeros. */
export const slice: Op<SliceAttributes> = linear<SliceAttributes>({
  name: 'slice',
  resultTypes([type], attributes) {
    const size = type?.shape[attributes.axis];
    if (type === undefined || size === undefined) {
      throw new ShapeError(`'slice' along axis ${String(attributes.axis)} of a value of rank ${String(type?.shape.length ?? 0)}`);
    }
    const end = attributes.start.plus(attributes.length);
    const left = size.minus(end).constantValue;
    if ((left ?? 0) < 0 || (attributes.start.constantValue ?? 0) < 0) {
      throw new ShapeError(`'slice' from ${attributes.start.key} to ${end.key} leaves an axis of size ${size.key}`);
    }
    return [sliced(type, attributes)];
  },
  ...indexMapped<SliceAttributes>(sliced, (output, { axis, start }) => ({
    index: output.map((dim, k) => (k === axis ? dim.plus(start) : dim)),
    guards: [],
  })),
  transpose(builder, { operands: [operand], attributes: { axis, start, length } }, [cotangent]) {
    const size = operand?.type.shape[axis];
    if (cotangent === undefined || size === undefined) return [];
    return [builder.node(pad, [cotangent], { axis, before: start, after: size.minus(start).minus(length) })];
  },
  batch({ builder }, [operand], attributes) {
    if (operand?.axis === undefined) throw new Error('slice: no batch axis');
    const axis = attributes.axis < operand.axis ? attributes.axis : attributes.axis + 1;
    return [{ node: builder.node(slice, [operand.node], { ...attributes, axis }), axis: operand.axis }];
  },
  text: ([a], { start, length }) => `${String(a)}[${start.key}:${start.plus(length).key}]`,
  tex: ([a], { start, length }) => `${String(a)}_{${start.key}:${start.plus(length).key}}`,
  binding: Binding.atom,
});

/** The whole of an axis is no slice. */
export function isWhole(type: ValueType, { axis, start, length }: SliceAttributes): boolean {
  return start.equals(Dim.zero) && type.shape[axis]?.equals(length) === true;
}
