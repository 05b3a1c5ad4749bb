import { Dim } from '../graph/dim.js';
import type { Buffer, View } from './kernel-program.js';

export function rowMajor(shape: readonly Dim[]): Dim[] {
  const strides: Dim[] = [];
  let stride = Dim.one;
  for (const dim of [...shape].reverse()) {
    strides.unshift(stride);
    stride = stride.times(dim);
  }
  return strides;
}

/** The whole of a buffer in row-major order. */
export function wholeView(buffer: Buffer): View {
  return { buffer, offset: Dim.zero, strides: rowMajor(buffer.shape) };
}

/** Whether elements follow each other in row-major order; axes of size 1 may have any stride. */
export function isRowMajor(view: View, shape: readonly Dim[]): boolean {
  const strides = rowMajor(shape);
  return shape.every((dim, axis) => dim.equals(Dim.one) || view.strides[axis]?.equals(strides[axis] ?? Dim.zero) === true);
}

/** `Σ index · stride`, plus the offset. */
export function addressOf(view: View, index: readonly Dim[]): Dim {
  return index.reduce((total, dim, axis) => total.plus(dim.times(view.strides[axis] ?? Dim.zero)), view.offset);
}

/** Whether two views put each element at the same place. */
export function sameView(a: View | undefined, b: View): boolean {
  return a?.buffer === b.buffer && a.offset.equals(b.offset) && a.strides.every((stride, axis) => b.strides[axis]?.equals(stride) === true);
}

/** The part that starts at `start` along one axis. */
export function partView(view: View, axis: number, start: Dim): View {
  return { ...view, offset: view.offset.plus(start.times(view.strides[axis] ?? Dim.zero)) };
}

/** Element `row` of the first axis. */
export function rowView(view: View, row: Dim): View {
  const [stride = Dim.zero, ...strides] = view.strides;
  return { buffer: view.buffer, offset: view.offset.plus(row.times(stride)), strides };
}

/**
 * One stride for several axes walked as one, or undefined where they don't follow each other in memory. Axes of size 1
 * don't matter.
 */
export function collapsedStride(axes: readonly { readonly size: Dim; readonly stride: Dim }[]): Dim | undefined {
  const real = axes.filter(({ size }) => !size.equals(Dim.one));
  for (let k = 0; k + 1 < real.length; k++) {
    const outer = real[k];
    const inner = real[k + 1];
    if (outer === undefined || inner === undefined || !outer.stride.equals(inner.stride.times(inner.size))) return undefined;
  }
  return real.at(-1)?.stride ?? Dim.one;
}

/** The view, in the own axes of a value, of a buffer in which they stand in another order. */
export function permutedView(view: View, shape: readonly Dim[], order: readonly number[]): View {
  const strides = rowMajor(order.map((axis) => shape[axis] ?? Dim.one));
  return { ...view, strides: shape.map((_, axis) => strides[order.indexOf(axis)] ?? Dim.zero) };
}

/** Whether a value can be read as one run of elements. */
export function isRun(view: View | undefined, shape: readonly Dim[]): boolean {
  return view !== undefined && isRowMajor(view, shape);
}

/** The view of the same elements with other axes of size 1; undefined where the shapes differ in more. */
export function unitReshapedView(view: View, from: readonly Dim[], to: readonly Dim[]): View | undefined {
  const real = from.map((size, axis) => ({ size, stride: view.strides[axis] ?? Dim.zero })).filter(({ size }) => !size.equals(Dim.one));
  const strides: Dim[] = [];
  let next = Dim.one;
  for (const size of [...to].reverse()) {
    const axis = size.equals(Dim.one) ? { size, stride: next } : real.pop();
    if (axis === undefined || !axis.size.equals(size)) return undefined;
    strides.unshift(axis.stride);
    next = axis.stride.times(size);
  }
  return real.length === 0 ? { ...view, strides } : undefined;
}
