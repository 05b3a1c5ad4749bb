import { Dim, printShape } from '../graph/dim.js';
import type { ValueType } from '../graph/node.js';
import { fold } from './fold.js';
import { indexMapped } from './index-mapped.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';

export interface WindowsAttributes {
  readonly axis: number;
  /** How many windows; axis `axis` of the result. */
  readonly count: Dim;
  /** How many elements each has; axis `axis + 1` of the result. */
  readonly size: Dim;
  readonly stride: number;
  readonly dilation: number;
  /** How many zeros stand before the first element. */
  readonly before: Dim;
}

function windowedType(type: ValueType, { axis, count, size }: WindowsAttributes): ValueType {
  return { dtype: type.dtype, shape: type.shape.flatMap((dim, k) => (k === axis ? [count, size] : [dim])) };
}

/** Where element k of window n lies: `n · stride + k · dilation - before`. */
export function windowPosition(window: Dim, element: Dim, { stride, dilation, before }: WindowsAttributes): Dim {
  return window.times(stride).plus(element.times(dilation)).minus(before);
}

/**
 * Sliding windows along one axis, zero outside: `y[n, k] = x[n · stride + k · dilation - before]`. A convolution is the
 * einsum of a kernel with them. The transpose, `fold`, adds each window back to where it came from.
 */
export const windows: Op<WindowsAttributes> = linear<WindowsAttributes>({
  name: 'windows',
  resultTypes([type], attributes) {
    if (type?.shape[attributes.axis] === undefined) {
      throw new ShapeError(`'windows' along axis ${String(attributes.axis)} of ${printShape(type?.shape ?? [])}`);
    }
    return [windowedType(type, attributes)];
  },
  ...indexMapped<WindowsAttributes>(windowedType, (output, attributes, operand) => {
    const { axis } = attributes;
    const at = windowPosition(output[axis] ?? Dim.zero, output[axis + 1] ?? Dim.zero, attributes);
    const index = [...output.slice(0, axis), at, ...output.slice(axis + 2)];
    return { index, guards: [{ index: at, size: operand.shape[axis] ?? Dim.zero }] };
  }),
  transpose(builder, { operands: [operand], attributes }, [cotangent]) {
    const length = operand?.type.shape[attributes.axis];
    if (cotangent === undefined || length === undefined) return [];
    return [builder.node(fold, [cotangent], { ...attributes, length })];
  },
  batch({ builder }, [operand], attributes) {
    if (operand?.axis === undefined) throw new Error('windows: no batch axis');
    const inFront = operand.axis <= attributes.axis;
    const axis = inFront ? attributes.axis + 1 : attributes.axis;
    const node = builder.node(windows, [operand.node], { ...attributes, axis });
    return [{ node, axis: inFront ? operand.axis : operand.axis + 1 }];
  },
  text: ([a], { size }) => `windows(${String(a)}, ${size.key})`,
  tex: ([a], { size }) => `\\operatorname{windows}_{${size.key}}(${String(a)})`,
  binding: Binding.atom,
});
