import { printShape } from '../graph/dim.js';
import type { Dim } from '../graph/dim.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { elementCount, forEachIndex, offsetOf, rowMajorStrides } from './strides.js';
import { moveAxis } from './transpose.js';
import { windows } from './windows.js';
import type { WindowsAttributes } from './windows.js';

export interface FoldAttributes extends WindowsAttributes {
  /** The length of the axis that the windows were taken from. */
  readonly length: Dim;
}

/** Adds windows back to where they came from; the transpose of `windows`, which is its own. */
export const fold: Op<FoldAttributes> = linear<FoldAttributes>({
  name: 'fold',
  family: 'linear',
  resultTypes([type], { axis, count, size, length }) {
    if (type?.shape[axis]?.equals(count) !== true || type.shape[axis + 1]?.equals(size) !== true) {
      throw new ShapeError(
        `'fold' needs ${count.key} windows of ${size.key} along axes ${axis} and ${axis + 1}, not ${printShape(type?.shape ?? [])}`,
      );
    }
    return [{ dtype: 'real', shape: [...type.shape.slice(0, axis), length, ...type.shape.slice(axis + 2)] }];
  },
  evaluate([tensor], { axis, stride, dilation, before }, [shape], { sizes }) {
    if (tensor === undefined || shape === undefined) return [];
    const strides = rowMajorStrides(shape);
    const offset = before.evaluate(sizes);
    const out = new Float64Array(elementCount(shape));
    forEachIndex(tensor.shape, (index, position) => {
      const at = (index[axis] ?? 0) * stride + (index[axis + 1] ?? 0) * dilation - offset;
      if (at < 0 || at >= (shape[axis] ?? 0)) return;
      const target = offsetOf([...index.slice(0, axis), at, ...index.slice(axis + 2)], strides);
      out[target] = (out[target] ?? NaN) + (tensor.data[position] ?? NaN);
    });
    return [out];
  },
  transpose(builder, { attributes: { axis, count, size, stride, dilation, before } }, [cotangent]) {
    return cotangent === undefined ? [] : [builder.node(windows, [cotangent], { axis, count, size, stride, dilation, before })];
  },
  batch({ builder }, [operand], attributes) {
    if (operand?.axis === undefined) throw new Error('fold: no batch axis');
    // The two axes of a window stay side by side: a batch axis between them moves in front.
    const at = operand.axis === attributes.axis + 1 ? attributes.axis : operand.axis;
    const inFront = at <= attributes.axis;
    const axis = inFront ? attributes.axis + 1 : attributes.axis;
    const node = builder.node(fold, [moveAxis(builder, operand.node, operand.axis, at)], { ...attributes, axis });
    return [{ node, axis: inFront ? at : at - 1 }];
  },
  lowering: { kind: 'fold', windows: (attributes) => attributes },
  text: ([a]) => `fold(${String(a)})`,
  tex: ([a]) => `\\operatorname{fold}(${String(a)})`,
  binding: Binding.atom,
});
