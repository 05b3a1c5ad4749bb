import { Dim } from '../graph/dim.js';
import type { BufferFactory } from './buffers.js';
import type { Buffer, PackKernel, ProductKernel, ProductTerm, View } from './kernel-program.js';
import { panelWidth } from './kernel-program.js';
import type { ProductShape, ProductSum } from '../optimize/product-sum.js';
import { collapsedStride } from './view.js';

/** A matrix in memory, as a product reads it. */
export interface MatrixView {
  readonly view: View;
  readonly outerStride: Dim;
  readonly innerStride: Dim;
}

/** Reads a view as a matrix whose rows and columns are groups of axes, if each group can be walked with one stride. */
export function matrixView(view: View, shape: readonly Dim[], letters: string, outer: string, inner: string): MatrixView | undefined {
  const stride = (group: string): Dim | undefined =>
    collapsedStride(
      Array.from(group).map((letter) => {
        const axis = letters.indexOf(letter);
        return { size: shape[axis] ?? Dim.one, stride: view.strides[axis] ?? Dim.zero };
      }),
    );
  const outerStride = stride(outer);
  const innerStride = stride(inner);
  return outerStride === undefined || innerStride === undefined ? undefined : { view, outerStride, innerStride };
}

/** Whether the result of a product can be written straight to a view. */
export function productFits(sum: ProductSum | undefined, view: View): boolean {
  const shape = sum?.terms[0];
  if (sum === undefined || shape === undefined) return false;
  const matrix = matrixView(view, sum.root.type.shape, shape.out, shape.rows, shape.columns);
  return matrix?.innerStride.equals(Dim.one) === true;
}

/** The layout in which the result is written where it has no target: rows, then columns. */
export function productLayout(sum: ProductSum): number[] {
  const [shape] = sum.terms;
  return shape === undefined ? [] : Array.from(shape.rows + shape.columns).map((letter) => shape.out.indexOf(letter));
}

export function letterSize(shape: ProductShape, letter: string): Dim {
  const plain = shape.plain.type.shape[shape.plainLetters.indexOf(letter)];
  return plain ?? shape.packed.type.shape[shape.packedLetters.indexOf(letter)] ?? Dim.one;
}

export function lettersSize(shape: ProductShape, letters: string): Dim {
  return Dim.product(Array.from(letters).map((letter) => letterSize(shape, letter)));
}

/** Packed panels that exist already, so that a weight that two products read is packed once. */
export class PanelCache {
  readonly #panels = new Map<string, { buffer: Buffer; kernel: PackKernel }>();

  /** Forgets panels whose buffers were taken back. */
  keepOnly(buffers: readonly Buffer[]): void {
    for (const [key, { buffer }] of this.#panels) if (!buffers.includes(buffer)) this.#panels.delete(key);
  }

  /** The panel of a matrix; `isNew` says that its pack kernel has still to be placed. */
  panel(buffers: BufferFactory, name: string, matrix: MatrixView, depth: Dim, columns: Dim): { kernel: PackKernel; isNew: boolean } {
    const { view, outerStride, innerStride } = matrix;
    const key = [view.buffer.name, view.offset, outerStride, innerStride, depth, columns].join('|');
    const known = this.#panels.get(key);
    if (known !== undefined) return { kernel: known.kernel, isNew: false };
    const groups = Dim.ceilDiv(columns, panelWidth);
    const buffer = buffers.make(`${name}Panel`, 'panel', [groups, depth, Dim.constant(panelWidth)]);
    const kernel: PackKernel = {
      kind: 'pack',
      source: { buffer: view.buffer, offset: view.offset, depthStride: outerStride, columnStride: innerStride },
      depth,
      columns,
      panel: buffer,
    };
    this.#panels.set(key, { buffer, kernel });
    return { kernel, isNew: true };
  }
}

export function productKernel(
  sum: ProductSum,
  target: { readonly view: View; readonly accumulate: boolean },
  bias: View | undefined,
  terms: readonly ProductTerm[],
): ProductKernel {
  const [shape] = sum.terms;
  if (shape === undefined) throw new Error('a product without terms');
  const matrix = matrixView(target.view, sum.root.type.shape, shape.out, shape.rows, shape.columns);
  if (matrix === undefined) throw new Error('a product does not fit its target');
  return {
    kind: 'product',
    rows: lettersSize(shape, shape.rows),
    columns: lettersSize(shape, shape.columns),
    target: { buffer: target.view.buffer, offset: target.view.offset, rowStride: matrix.outerStride },
    start: target.accumulate
      ? { kind: 'target' }
      : bias === undefined
        ? { kind: 'zero' }
        : { kind: 'bias', address: { buffer: bias.buffer, offset: bias.offset } },
    terms,
  };
}
