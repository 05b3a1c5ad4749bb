import { ShapeError } from './op.js';
import type { Batched, Tensor } from './op.js';
import type { ValueType } from '../graph/node.js';
import { forEachIndex, offsetOf, rowMajorStrides } from './strides.js';

export interface ReduceAttributes {
  /** The axes that disappear, ascending. */
  readonly axes: readonly number[];
}

export function reducedType(name: string, type: ValueType | undefined, { axes }: ReduceAttributes): ValueType {
  if (type?.dtype !== 'real') throw new ShapeError(`'${name}' takes one real operand`);
  for (const axis of axes) {
    if (axis < 0 || axis >= type.shape.length) {
      throw new ShapeError(`'${name}' over axis ${String(axis)} of a value of rank ${String(type.shape.length)}`);
    }
  }
  return { dtype: 'real', shape: type.shape.filter((_, axis) => !axes.includes(axis)) };
}

export function reduceTensor(
  tensor: Tensor,
  { axes }: ReduceAttributes,
  shape: readonly number[],
  initial: number,
  combine: (total: number, value: number) => number,
): Float64Array {
  const kept = rowMajorStrides(shape);
  let axisOfResult = 0;
  const strides = tensor.shape.map((_, axis) => (axes.includes(axis) ? 0 : (kept[axisOfResult++] ?? 0)));
  const out = new Float64Array(shape.reduce((count, size) => count * size, 1)).fill(initial);
  forEachIndex(tensor.shape, (index, position) => {
    const at = offsetOf(index, strides);
    out[at] = combine(out[at] ?? NaN, tensor.data[position] ?? NaN);
  });
  return out;
}

/** The axes of the same reduction when a batch axis stands in the operand, and where that axis ends up. */
export function batchReduction(operand: Batched | undefined, { axes }: ReduceAttributes): { axes: number[]; axis: number } {
  if (operand?.axis === undefined) throw new Error('reduction: no batch axis');
  const at = operand.axis;
  const shifted = axes.map((axis) => (axis < at ? axis : axis + 1));
  return { axes: shifted, axis: at - shifted.filter((axis) => axis < at).length };
}
