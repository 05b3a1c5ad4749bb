import { panelWidth } from '../../lower/kernel-program.js';
import { add, get, set } from './instructions.js';
import { startsWiderPanel, wideColumns, widerColumns } from './panel-widths.js';
import type { Engine } from './product-function.js';
import { bytesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** How a matrix that is packed lies in memory: its rows or its columns are runs, or neither. */
export type PackedLayout = 'rows' | 'columns' | 'scattered';

/**
 * Brings a matrix into panels: wider and wide ones, then, for the columns that are left, panels of four, the last one filled up with
 * zeros. Columns that follow each other in memory are copied as vectors; in float32, rows that do are turned four by four.
 */
export function packFunction(lane: Lane, layouts: ReadonlySet<PackedLayout>, { largeTileRows, batchOfOne }: Engine): string[] {
  const bytes = bytesOf[lane];
  const wide = wideColumns(lane);
  return [
    ';; brings a matrix into panels of columns',
    '(func $pack (param $source i32) (param $depthStride i32) (param $columnStride i32) (param $depth i32) (param $columns i32) (param $panel i32)',
    ...[
      ...['column', 'width', 'k', 'c', 'from', 'at', 'left', 'end'].map((local) => `(local $${local} i32)`),
      '(local $r0 v128) (local $r1 v128) (local $r2 v128) (local $r3 v128)',
      '(local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)',
      '(block $packed (loop $panels',
      `(br_if $packed (i32.ge_s ${get('column')} ${get('columns')}))`,
      set('left', `(i32.sub ${get('columns')} ${get('column')})`),
      set('width', `(select (i32.const ${wide}) (i32.const ${panelWidth}) (i32.ge_s ${get('left')} (i32.const ${wide})))`),
      ...(largeTileRows === undefined || batchOfOne ? [] : [`(if ${startsWiderPanel(lane, get('left'), largeTileRows)} (then ${set('width', `(i32.const ${widerColumns(lane)})`)}))`]),
      set('k', '(i32.const 0)'),
      set('from', `(i32.add ${get('source')} (i32.mul ${get('column')} ${get('columnStride')}))`),
      ...(layouts.has('rows') ? copiedRows(bytes) : []),
      ...(lane === 'f32' && layouts.has('columns') ? turnedRows() : []),
      // One by one, with zeros beyond the last column.
      `(block $done (loop $rows`,
      `(br_if $done (i32.ge_s ${get('k')} ${get('depth')}))`,
      set('c', '(i32.const 0)'),
      set('at', get('from')),
      '(loop $each',
      `(${lane}.store ${get('panel')} (if (result ${lane}) (i32.lt_s ${get('c')} ${get('left')}) (then (${lane}.load ${get('at')})) (else (${lane}.const 0))))`,
      add('panel', `(i32.const ${bytes})`),
      add('at', get('columnStride')),
      add('c', '(i32.const 1)'),
      `(br_if $each (i32.lt_s ${get('c')} ${get('width')})))`,
      add('from', get('depthStride')),
      add('k', '(i32.const 1)'),
      '(br $rows)))',
      ...(layouts.has('rows') ? ['))'] : []),
      add('column', get('width')),
      '(br $panels)))',
    ].map((line) => `  ${line}`),
    ')',
  ];
}

/** Rows of the panel as they are, where columns follow each other; what comes after is for the others. */
function copiedRows(bytes: number): string[] {
  return [
    `(if (i32.and (i32.eq ${get('columnStride')} (i32.const ${String(bytes)})) (i32.ge_s ${get('left')} ${get('width')})) (then`,
    '(loop $runs',
    set('at', get('from')),
    set('end', `(i32.add ${get('panel')} (i32.mul ${get('width')} (i32.const ${String(bytes)})))`),
    '(loop $run',
    `(v128.store ${get('panel')} (v128.load ${get('at')}))`,
    add('at', '(i32.const 16)'),
    `(br_if $run (i32.lt_u (local.tee $panel (i32.add ${get('panel')} (i32.const 16))) ${get('end')})))`,
    add('from', get('depthStride')),
    `(br_if $runs (i32.lt_s (local.tee $k (i32.add ${get('k')} (i32.const 1))) ${get('depth')})))`,
    ') (else',
  ];
}

/** Four rows of the panel at a time, where what becomes a column lies as a run. */
function turnedRows(): string[] {
  const shuffle = (a: string, b: string, lanes: readonly number[]): string =>
    `(i8x16.shuffle ${lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)).join(' ')} ${get(a)} ${get(b)})`;
  const lower = (a: string, b: string): string => shuffle(a, b, [0, 4, 1, 5]);
  const upper = (a: string, b: string): string => shuffle(a, b, [2, 6, 3, 7]);
  return [
    `(if (i32.and (i32.eq ${get('depthStride')} (i32.const 4)) (i32.ge_s ${get('left')} ${get('width')})) (then (block $turned (loop $fours`,
    `(br_if $turned (i32.gt_s (i32.add ${get('k')} (i32.const 4)) ${get('depth')}))`,
    set('c', '(i32.const 0)'),
    set('at', get('from')),
    '(loop $columns',
    ...[0, 1, 2, 3].flatMap((r) => [set(`r${r}`, `(v128.load ${get('at')})`), add('at', get('columnStride'))]),
    // Halves of two rows in turn, twice: two shuffles do for all, and compress.
    set('s0', lower('r0', 'r2')),
    set('s1', lower('r1', 'r3')),
    set('s2', upper('r0', 'r2')),
    set('s3', upper('r1', 'r3')),
    ...[lower('s0', 's1'), upper('s0', 's1'), lower('s2', 's3'), upper('s2', 's3')].map((vector, k) => {
      const row = k === 0 ? get('panel') : `(i32.add ${get('panel')} (i32.mul ${get('width')} (i32.const ${4 * k})))`;
      return `(v128.store (i32.add ${row} (i32.shl ${get('c')} (i32.const 2))) ${vector})`;
    }),
    add('c', '(i32.const 4)'),
    `(br_if $columns (i32.lt_s ${get('c')} ${get('width')})))`,
    add('panel', `(i32.shl ${get('width')} (i32.const 4))`),
    add('from', '(i32.const 16)'),
    add('k', '(i32.const 4)'),
    '(br $fours)))))',
  ];
}
