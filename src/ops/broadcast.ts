import { printShape } from '../graph/dim.js';
import type { Dim } from '../graph/dim.js';
import { timeDim } from '../graph/stage-dims.js';
import { reduceSum } from './reduce-sum.js';
import { indexMapped } from './index-mapped.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';

export interface BroadcastAttributes {
  readonly shape: readonly Dim[];
  /** Where each axis of the operand stands in the result, ascending. */
  readonly axes: readonly number[];
}

/** Repeats a value along new axes. Its transpose sums over them. */
export const broadcast: Op<BroadcastAttributes> = linear<BroadcastAttributes>({
  name: 'broadcast',
  resultTypes([type], { shape, axes }) {
    if (type === undefined) throw new ShapeError(`'broadcast' takes one operand`);
    const ascending = axes.every((axis, k) => k === 0 || axis > (axes[k - 1] ?? axis));
    const fits = ascending && type.shape.length === axes.length && type.shape.every((dim, k) => shape[axes[k] ?? -1]?.key === dim.key);
    if (!fits) throw new ShapeError(`'broadcast' can't bring ${printShape(type.shape)} to ${printShape(shape)}`);
    return [{ dtype: type.dtype, shape }];
  },
  ...indexMapped<BroadcastAttributes>(
    (operand, { shape }) => ({ dtype: operand.dtype, shape }),
    (output, { axes }) => ({ index: axes.flatMap((axis) => output[axis] ?? []), guards: [] }),
  ),
  transpose(builder, { attributes: { shape, axes } }, [cotangent]) {
    if (cotangent === undefined) return [];
    const repeated = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    return [builder.node(reduceSum, [cotangent], { axes: repeated })];
  },
  batch({ builder, size }, [operand], { shape, axes }) {
    if (operand?.axis === undefined) throw new Error('broadcast: no batch axis');
    // A repeated scalar may have its batch axis anywhere; behind time, where sequences have it, it need not be moved.
    const repeatedOverTime = axes.length === 0 && shape[0]?.equals(timeDim) === true;
    const at = operand.axis === 0 ? (repeatedOverTime ? 1 : 0) : (axes[operand.axis - 1] ?? 0) + 1;
    const shifted = axes.map((axis) => (axis < at ? axis : axis + 1));
    shifted.splice(operand.axis, 0, at);
    const node = builder.node(broadcast, [operand.node], {
      shape: [...shape.slice(0, at), size, ...shape.slice(at)],
      axes: shifted,
    });
    return [{ node, axis: at }];
  },
  text: ([a]) => a ?? '',
  tex: ([a]) => a ?? '',
  binding: Binding.atom,
});
