import { printShape } from '../graph/dim.js';
import type { Dim } from '../graph/dim.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { constant } from './constant.js';
import { broadcastTo } from './construct.js';
import { insertBatch } from './elementwise.js';
import { indexAdd } from './index-add.js';
import { indexMul } from './index-mul.js';
import { iota } from './iota.js';
import { linear } from './linear.js';
import { Binding, none, ShapeError } from './op.js';
import type { Batched, BatchContext, None, Op } from './op.js';
import { reshape } from './reshape.js';
import { scatterAdd } from './scatter-add.js';
import { elementCount } from './strides.js';
import { moveAxis } from './transpose.js';

/**
 * Rows of a table by index: `y[i…, …] = table[indices[i…], …]`, the look-up of an embedding. Linear in the table; the
 * transpose adds each row of the cotangent to the row it was read from.
 */
export const gather: Op<None> = linear<None>({
  name: 'gather',
  linearIn: [0],
  resultTypes([table, indices]) {
    if (table === undefined || indices === undefined || table.shape.length === 0) {
      throw new ShapeError(`'gather' takes a table of rank 1 or more, and indices`);
    }
    if (indices.dtype !== 'index') throw new ShapeError(`'gather' needs indices of dtype index, not ${indices.dtype}`);
    return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }];
  },
  evaluate([table, indices]) {
    if (table === undefined || indices === undefined) return [];
    const length = elementCount(table.shape.slice(1));
    const out = new Float64Array(indices.data.length * length);
    indices.data.forEach((row, k) => {
      checkRow(row, table.shape[0] ?? 0);
      out.set(table.data.subarray(row * length, (row + 1) * length), k * length);
    });
    return [out];
  },
  transpose(builder, { operands: [table, indices] }, [cotangent]) {
    const rows = table?.type.shape[0];
    if (cotangent === undefined || indices === undefined || rows === undefined) return [];
    return [builder.node(scatterAdd, [cotangent, indices], { rows })];
  },
  batch(context, [table, indices]) {
    const { builder, size } = context;
    if (table === undefined || indices === undefined) return [];
    const [rows] = unbatchedShape(table);
    if (rows === undefined) throw new ShapeError(`'gather' needs a table of rank 1 or more`);
    if (table.axis === undefined) return [{ node: builder.node(gather, [table.node, indices.node], none), axis: indices.axis }];
    const tables = moveAxis(builder, table.node, table.axis, 0);
    const flat = builder.node(reshape, [tables], { shape: [size.times(rows), ...tables.type.shape.slice(2)] });
    const { node, axis } = rowsOfExample(context, indices, rows);
    return [{ node: builder.node(gather, [flat, node], none), axis }];
  },
  lowering: { kind: 'gather' },
  text: ([table, indices]) => `${String(table)}[${String(indices)}]`,
  tex: ([table, indices]) => `${String(table)}_{${String(indices)}}`,
  binding: Binding.atom,
});

/** Throws a `RangeError` for an index that names no row. */
export function checkRow(row: number, rows: number): void {
  if (!Number.isInteger(row) || row < 0 || row >= rows) {
    throw new RangeError(`the index ${String(row)} names none of the ${String(rows)} rows`);
  }
}

function unbatchedShape({ node, axis }: Batched): readonly Dim[] {
  return node.type.shape.filter((_, k) => k !== axis);
}

/** Indices into the tables of all examples, one below the other: `index + example · rows`. */
export function rowsOfExample({ builder, size }: BatchContext, indices: Batched, rows: Dim): { node: Node; axis: number } {
  const axis = indices.axis ?? 0;
  const own = indices.axis === undefined ? insertBatch(builder, indices.node, size, axis) : indices.node;
  const first = exampleOffset(builder, size, rows, own.type.shape, axis);
  return { node: builder.node(indexAdd, [own, first], none), axis };
}

function exampleOffset(builder: GraphBuilder, size: Dim, rows: Dim, shape: readonly Dim[], axis: number): Node {
  if (shape[axis]?.equals(size) !== true) throw new ShapeError(`no batch axis of ${size.key} in ${printShape(shape)}`);
  const example = builder.node(iota, [], { length: size });
  const stride = broadcastTo(builder, builder.node(constant, [], { dtype: 'index', value: rows }), [size], []);
  return broadcastTo(builder, builder.node(indexMul, [example, stride], none), shape, [axis]);
}
