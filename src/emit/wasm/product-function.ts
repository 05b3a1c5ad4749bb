import { panelWidth } from '../../lower/kernel-program.js';
import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Where a product starts instead of a bias: from zero, or from what the target holds. */
export const fromZero = -1;
export const fromTarget = -2;

/** Vectors of a wide panel: with two rows as many sums as there are registers for. */
export const wideVectors = 4;

export const wideColumns = (lane: Lane): number => wideVectors * lanesOf[lane];

/** Of a longer product the panel of weights would not stay in the first-level cache: it is done in blocks of this depth. */
const blockDepth = 256;
/** Up to this depth a product of several terms keeps its sums in registers from term to term. */
const longestDepth = 512;

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Two panels side by side, for a single row: more sums in flight. */
  readonly panels: 1 | 2;
  /** All columns of the tile are columns of the target. */
  readonly whole: boolean;
}

/**
 * `target[row, column] = start + Σ_terms Σ_k operand[row, k] · weight[k, column]`, for a number of terms. Weights lie in panels
 * of sixteen columns (eight in float64), what is left in panels of four. A tile of two rows by one wide panel keeps its
 * sums in registers; more would spill. All addresses and strides are in bytes.
 */
export function productFunctions(terms: number, lane: Lane): string[] {
  return terms === 1 ? [...tilesFunction('tiles', 1, lane), ...blockedFunction(lane)] : tilesFunction(productName(terms), terms, lane);
}

export const productName = (terms: number): string => `product${String(terms)}`;

/** The terms of a long product one after the other, each in blocks of its depth. */
function blockedFunction(lane: Lane): string[] {
  const get = (local: string): string => `(local.get $${local})`;
  const parameters = ['rows', 'columns', 'target', 'targetRow', 'start', 'operand', 'row', 'step', 'panel', 'depth'];
  return [
    `(func $${productName(1)} ${parameters.map((each) => `(param $${each} i32)`).join(' ')}`,
    ...[
      '(local $from i32) (local $block i32)',
      `(local.set $block (select ${get('depth')} (i32.const ${blockDepth}) (i32.le_s ${get('depth')} (i32.const ${longestDepth}))))`,
      '(loop $blocks',
      `(call $tiles ${['rows', 'columns', 'target', 'targetRow', 'start'].map(get).join(' ')}`,
      `  (i32.add ${get('operand')} (i32.mul ${get('from')} ${get('step')})) ${get('row')} ${get('step')} ${get('panel')}`,
      `  (select ${get('block')} (i32.sub ${get('depth')} ${get('from')}) (i32.le_s (i32.add ${get('from')} ${get('block')}) ${get('depth')})) ${get('depth')} ${get('from')})`,
      `(local.set $start (i32.const ${fromTarget}))`,
      `(br_if $blocks (i32.lt_s (local.tee $from (i32.add ${get('from')} ${get('block')})) ${get('depth')})))`,
    ].map((line) => `  ${line}`),
    ')',
  ];
}

/** Rows of a transposed operand that are copied together: one line of the cache. */
export const transposedRows = (lane: Lane): number => 64 / bytesOf[lane];
const transposedDepth = 128;

/** Bytes that a transposed product copies a part of its operand to. */
export const transposedBytes = 64 * transposedDepth;

/**
 * The same where the rows of the operand follow each other in memory and its depth does not, as in the gradient of weights: what
 * one line of the cache holds of them is copied together, for a block of the depth, and meets all panels from there.
 */
export function transposedFunction(lane: Lane): string[] {
  const get = (local: string): string => `(local.get $${local})`;
  const rows = transposedRows(lane);
  const atMost = (value: string, most: number): string => `(select ${value} (i32.const ${most}) (i32.lt_s ${value} (i32.const ${most})))`;
  const parameters = ['rows', 'columns', 'target', 'targetRow', 'start', 'operand', 'step', 'panel', 'depth', 'copy'];
  return [
    ';; the same, where the rows of the operand follow each other in memory',
    `(func $transposedProduct ${parameters.map((each) => `(param $${each} i32)`).join(' ')}`,
    ...[
      '(local $from i32) (local $block i32) (local $row i32) (local $at i32) (local $to i32) (local $end i32)',
      '(loop $blocks',
      `(local.set $block ${atMost(`(i32.sub ${get('depth')} ${get('from')})`, transposedDepth)})`,
      '(local.set $row (i32.const 0))',
      '(loop $rows',
      `(local.set $at (i32.add ${get('operand')} (i32.add (i32.mul ${get('from')} ${get('step')}) (i32.mul ${get('row')} (i32.const ${bytesOf[lane]})))))`,
      `(local.set $to ${get('copy')})`,
      `(local.set $end (i32.add ${get('to')} (i32.mul ${get('block')} (i32.const 64))))`,
      '(loop $copying',
      ...[0, 16, 32, 48].map((offset) => `(v128.store offset=${offset} ${get('to')} (v128.load offset=${offset} ${get('at')}))`),
      `(local.set $at (i32.add ${get('at')} ${get('step')}))`,
      `(br_if $copying (i32.lt_u (local.tee $to (i32.add ${get('to')} (i32.const 64))) ${get('end')})))`,
      `(call $tiles ${atMost(`(i32.sub ${get('rows')} ${get('row')})`, rows)} ${get('columns')} (i32.add ${get('target')} (i32.mul ${get('row')} ${get('targetRow')})) ${get('targetRow')} ${get('start')}`,
      `  ${get('copy')} (i32.const ${bytesOf[lane]}) (i32.const 64) ${get('panel')} ${get('block')} ${get('depth')} ${get('from')})`,
      `(br_if $rows (i32.lt_s (local.tee $row (i32.add ${get('row')} (i32.const ${rows}))) ${get('rows')})))`,
      `(local.set $start (i32.const ${fromTarget}))`,
      `(br_if $blocks (i32.lt_s (local.tee $from (i32.add ${get('from')} ${get('block')})) ${get('depth')})))`,
    ].map((line) => `  ${line}`),
    ')',
  ];
}

function tilesFunction(name: string, terms: number, lane: Lane): string[] {
  const each = <Item>(count: number, make: (k: number) => Item): Item[] => Array.from({ length: count }, (_, k) => make(k));
  const bytes = bytesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const wide = wideColumns(lane);
  const narrowVectors = panelWidth / lanesOf[lane];
  const get = (local: string): string => `(local.get $${local})`;
  const add = (local: string, text: string): string => `(local.set $${local} (i32.add ${get(local)} ${text}))`;
  /** A single term may be a block of a longer one: its panels then are deeper. */
  const block = terms === 1;
  const parameters = [
    ...['rows', 'columns', 'target', 'targetRow', 'start'],
    ...each(terms, (k) => [`operand${k}`, `row${k}`, `step${k}`, `panel${k}`, `depth${k}`]).flat(),
    ...(block ? ['panelDepth', 'panelFrom'] : []),
  ];
  const integers = ['row', 'column', 'at', 'bias', 'p', 'q', 'x0', 'x1', 'x2', 'x3', 'end', 'to', 'width', ...each(terms, (k) => [`from${k}`, `bytes${k}`]).flat()];
  const sums = each(4, (r) => each(2 * wideVectors, (v) => `s${r}_${v}`)).flat();
  const panelDepth = (k: number): string => get(block ? 'panelDepth' : `depth${k}`);

  const tile = ({ rows, vectors, panels, whole }: Tile): string[] => {
    const perPanel = each(vectors, (v) => v);
    const sum = (r: number, v: number): string => `s${r}_${v}`;
    const all = each(panels * vectors, (v) => v);
    const rowStarts = each(rows, (r) => (r === 0 ? [`(local.set $to ${get('at')})`] : [add('to', get('targetRow'))]));
    const eachRow = (make: (r: number) => string[]): string[] => each(rows, (r) => [...(rowStarts[r] ?? []), ...make(r)]).flat();
    const start = [
      `(if (i32.eq ${get('start')} (i32.const ${fromTarget})) (then`,
      ...eachRow((r) => all.map((v) => `(local.set $${sum(r, v)} (v128.load offset=${16 * v} ${get('to')}))`)),
      `) (else (if (i32.eq ${get('start')} (i32.const ${fromZero})) (then`,
      ...each(rows, (r) => all.map((v) => `(local.set $${sum(r, v)} (v128.const i32x4 0 0 0 0))`)).flat(),
      ') (else',
      ...all.map((v) => `(local.set $${sum(0, v)} (v128.load offset=${16 * v} ${get('bias')}))`),
      ...each(rows - 1, (r) => all.map((v) => `(local.set $${sum(r + 1, v)} ${get(sum(0, v))})`)).flat(),
      '))))',
    ];
    const term = (k: number): string[] => [
      `(local.set $p ${get(`panel${k}At`)})`,
      ...(block ? [add('p', `(i32.mul ${get('panelFrom')} (i32.const ${vectors * 16}))`)] : []),
      ...(panels === 2 ? [`(local.set $q (i32.add ${get('p')} (i32.mul ${panelDepth(k)} (i32.const ${wide * bytes}))))`] : []),
      `(local.set $end (i32.add ${get('p')} (i32.mul ${get(`depth${k}`)} (i32.const ${vectors * 16}))))`,
      ...each(rows, (r) => (r === 0 ? `(local.set $x0 ${get(`from${k}`)})` : `(local.set $x${r} (i32.add ${get(`x${r - 1}`)} ${get(`row${k}`)}))`)),
      `(loop $depth`,
      ...each(rows, (r) => `(local.set $a${r} (v128.load${8 * bytes}_splat ${get(`x${r}`)}))`),
      ...each(panels, (panel) => perPanel.map((v) => [
        `(local.set $w (v128.load offset=${16 * v} ${get(panel === 0 ? 'p' : 'q')}))`,
        ...each(rows, (r) => {
          const s = sum(r, panel * vectors + v);
          return `(local.set $${s} (${shape}.add (${shape}.mul ${get(`a${r}`)} ${get('w')}) ${get(s)}))`;
        }),
      ]).flat()).flat(),
      ...each(rows, (r) => add(`x${r}`, get(`step${k}`))),
      ...(panels === 2 ? [add('q', `(i32.const ${vectors * 16})`)] : []),
      `(br_if $depth (i32.lt_u (local.tee $p (i32.add ${get('p')} (i32.const ${vectors * 16}))) ${get('end')}))`,
      ')',
    ];
    const wholeStore = eachRow((r) => all.map((v) => `(v128.store offset=${16 * v} ${get('to')} ${get(sum(r, v))})`));
    const partStore = eachRow((r) =>
      each(panelWidth - 1, (c) => {
        const v = Math.floor(c / lanesOf[lane]);
        const store = `(v128.store${8 * bytes}_lane offset=${c * bytes} ${c % lanesOf[lane]} ${get('to')} ${get(sum(r, v))})`;
        return c === 0 ? store : `(if (i32.gt_s ${get('width')} (i32.const ${c})) (then ${store}))`;
      }),
    );
    const store = whole ? wholeStore : [`(if (i32.ge_s ${get('width')} (i32.const ${panelWidth})) (then`, ...wholeStore, ') (else', ...partStore, '))'];
    return [...start, ...each(terms, term).flat(), ...store];
  };

  const advance = (rows: number): string[] => [
    add('at', rows === 1 ? get('targetRow') : `(i32.mul ${get('targetRow')} (i32.const ${rows}))`),
    ...each(terms, (k) => add(`from${k}`, rows === 1 ? get(`row${k}`) : `(i32.mul ${get(`row${k}`)} (i32.const ${rows}))`)),
    add('row', `(i32.const ${rows})`),
  ];
  const rowLoop = (rows: number, make: Tile): string[] => [
    `(if (i32.le_s (i32.add ${get('row')} (i32.const ${rows})) ${get('rows')}) (then (loop $rows`,
    ...tile(make),
    ...advance(rows),
    `(br_if $rows (i32.le_s (i32.add ${get('row')} (i32.const ${rows})) ${get('rows')}))`,
    ')))',
  ];
  const startOfColumns = [
    `(local.set $row (i32.const 0))`,
    `(local.set $at (i32.add ${get('target')} (i32.mul ${get('column')} (i32.const ${bytes}))))`,
    `(local.set $bias (i32.add ${get('start')} (i32.mul ${get('column')} (i32.const ${bytes}))))`,
    ...each(terms, (k) => [
      `(local.set $from${k} ${get(`operand${k}`)})`,
      `(local.set $panel${k}At (i32.add ${get(`panel${k}`)} (i32.mul (i32.mul ${get('column')} ${panelDepth(k)}) (i32.const ${bytes}))))`,
    ]).flat(),
  ];
  const columnLoop = (label: string, columns: number, condition: string, body: readonly string[]): string[] => [
    `(block $no_${label} (loop $${label}`,
    `(br_if $no_${label} (i32.eqz ${condition}))`,
    ...startOfColumns,
    ...body,
    add('column', `(i32.const ${columns})`),
    `(br $${label})`,
    '))',
  ];
  const left = (columns: number): string => `(i32.le_s (i32.add ${get('column')} (i32.const ${columns})) ${get('columns')})`;
  const total = each(terms, (k) => get(`depth${k}`)).reduce((a, b) => `(i32.add ${a} ${b})`);
  const separately = [
    `(if (i32.gt_s ${total} (i32.const ${longestDepth})) (then`,
    ...each(terms, (k) => [
      `(call $${productName(1)} ${['rows', 'columns', 'target', 'targetRow', 'start', `operand${k}`, `row${k}`, `step${k}`, `panel${k}`, `depth${k}`].map(get).join(' ')})`,
      `(local.set $start (i32.const ${fromTarget}))`,
    ]).flat(),
    '(return)))',
  ];
  const body = [
    ...(block ? [] : separately),
    `(if (i32.eq ${get('rows')} (i32.const 1)) (then`,
    ...columnLoop('pairs', 2 * wide, left(2 * wide), tile({ rows: 1, vectors: wideVectors, panels: 2, whole: true })),
    '))',
    ...columnLoop('wide', wide, left(wide), [
      ...rowLoop(2, { rows: 2, vectors: wideVectors, panels: 1, whole: true }),
      ...rowLoop(1, { rows: 1, vectors: wideVectors, panels: 1, whole: true }),
    ]),
    ...columnLoop('narrow', panelWidth, `(i32.lt_s ${get('column')} ${get('columns')})`, [
      `(local.set $width (i32.sub ${get('columns')} ${get('column')}))`,
      ...rowLoop(4, { rows: 4, vectors: narrowVectors, panels: 1, whole: false }),
      ...rowLoop(1, { rows: 1, vectors: narrowVectors, panels: 1, whole: false }),
    ]),
  ];
  const used = new Set([...body.join('\n').matchAll(/\$(\w+)/g)].map(([, local]) => local));
  const declare = (names: readonly string[], type: string): string[] => names.filter((local) => used.has(local)).map((local) => `(local $${local} ${type})`);
  return [
    ';; target[row, column] = start + sum of operand[row, k] * weight[k, column]; weights in panels',
    `(func $${name} ${parameters.map((each) => `(param $${each} i32)`).join(' ')}`,
    ...[...declare([...integers, ...each(terms, (k) => `panel${k}At`)], 'i32'), ...declare([...sums, 'w', 'a0', 'a1', 'a2', 'a3'], 'v128'), ...body].map((line) => `  ${line}`),
    ')',
  ];
}
