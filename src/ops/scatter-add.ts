import type { Dim } from '../graph/dim.js';
import { insertBatch } from './elementwise.js';
import { checkRow, gather, rowsOfExample } from './gather.js';
import { linear } from './linear.js';
import { Binding, none, ShapeError } from './op.js';
import type { Op } from './op.js';
import { reshape } from './reshape.js';
import { elementCount } from './strides.js';
import { moveAxis } from './transpose.js';

export interface ScatterAddAttributes {
  readonly rows: Dim;
}

/** Adds rows to the rows of a zero table that the indices name; rows named twice add up. The transpose of `gather`. */
export const scatterAdd: Op<ScatterAddAttributes> = linear<ScatterAddAttributes>({
  name: 'scatterAdd',
  family: 'linear',
  linearIn: [0],
  resultTypes([updates, indices], { rows }) {
    if (updates === undefined || indices?.dtype !== 'index') throw new ShapeError(`'scatterAdd' takes rows and indices`);
    return [{ dtype: 'real', shape: [rows, ...updates.shape.slice(indices.shape.length)] }];
  },
  evaluate([updates, indices], _, [shape]) {
    if (updates === undefined || indices === undefined || shape === undefined) return [];
    const length = elementCount(shape.slice(1));
    const out = new Float64Array(elementCount(shape));
    indices.data.forEach((row, k) => {
      checkRow(row, shape[0] ?? 0);
      for (let j = 0; j < length; j++) {
        out[row * length + j] = (out[row * length + j] ?? NaN) + (updates.data[k * length + j] ?? NaN);
      }
    });
    return [out];
  },
  transpose(builder, { operands: [, indices] }, [cotangent]) {
    return cotangent === undefined || indices === undefined ? [] : [builder.node(gather, [cotangent, indices], none)];
  },
  batch(context, [updates, indices], { rows }) {
    const { builder, size } = context;
    if (updates === undefined || indices === undefined) return [];
    const own = rowsOfExample(context, indices, rows);
    const values =
      updates.axis === undefined
        ? insertBatch(builder, updates.node, size, own.axis)
        : moveAxis(builder, updates.node, updates.axis, own.axis);
    const flat = builder.node(scatterAdd, [values, own.node], { rows: size.times(rows) });
    return [{ node: builder.node(reshape, [flat], { shape: [size, rows, ...flat.type.shape.slice(1)] }), axis: 0 }];
  },
  lowering: { kind: 'scatterAdd' },
  text: ([a, indices]) => `scatterAdd(${String(a)}, ${String(indices)})`,
  tex: ([a, indices]) => `\\operatorname{scatterAdd}(${String(a)}, ${String(indices)})`,
  binding: Binding.atom,
});
