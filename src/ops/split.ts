import { Dim, printShape } from '../graph/dim.js';
import { concat } from './concat.js';
import { fill, resultOf } from './construct.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';
import { elementCount } from './strides.js';

export interface SplitAttributes {
  readonly axis: number;
  /** The length of each part; they add up to the axis. */
  readonly lengths: readonly Dim[];
}

/** Consecutive parts along one axis, one result each. Its transpose is a concat, with zeros for parts that nobody reads. */
export const split: Op<SplitAttributes> = linear<SplitAttributes>({
  name: 'split',
  resultTypes([type], { axis, lengths }) {
    const size = type?.shape[axis];
    if (type === undefined || size === undefined || !Dim.sum(lengths).equals(size)) {
      throw new ShapeError(`'split' into ${lengths.map(String).join(' + ')} does not add up to an axis of size ${String(size)}`);
    }
    return lengths.map((length) => ({ dtype: type.dtype, shape: type.shape.map((dim, k) => (k === axis ? length : dim)) }));
  },
  evaluate([tensor], { axis }, shapes) {
    if (tensor === undefined) return [];
    const outer = elementCount(tensor.shape.slice(0, axis));
    const rowLength = elementCount(tensor.shape.slice(axis));
    let start = 0;
    return shapes.map((shape) => {
      const length = elementCount(shape.slice(axis));
      const out = new Float64Array(outer * length);
      for (let row = 0; row < outer; row++) {
        out.set(tensor.data.subarray(row * rowLength + start, row * rowLength + start + length), row * length);
      }
      start += length;
      return out;
    });
  },
  transpose(builder, { results, attributes: { axis } }, cotangents) {
    if (cotangents.every((cotangent) => cotangent === undefined)) return [];
    const parts = results.map((type, index) => cotangents[index] ?? fill(builder, 0, type.shape));
    return [builder.node(concat, parts, { axis })];
  },
  batch({ builder }, [operand], attributes) {
    if (operand?.axis === undefined) throw new Error('split: no batch axis');
    const at = operand.axis;
    const axis = attributes.axis < at ? attributes.axis : attributes.axis + 1;
    const node = builder.node(split, [operand.node], { ...attributes, axis });
    return node.results.map((_, index) => ({ node: resultOf(builder, node, index), axis: at }));
  },
  lowering: {
    kind: 'split',
    starts({ axis, lengths }) {
      let start = Dim.zero;
      const starts = lengths.map((length) => {
        const from = start;
        start = start.plus(length);
        return from;
      });
      return { axis, starts };
    },
  },
  text: ([a], { lengths }) => `split(${String(a)}, ${printShape(lengths)})`,
  tex: ([a]) => a ?? '',
  binding: Binding.atom,
});
