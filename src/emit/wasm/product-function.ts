import { panelWidth } from '../../lower/kernel-program.js';
import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Where a product starts instead of a bias: from zero, or from what the target holds. */
export const fromZero = -1;
export const fromTarget = -2;

/** Vectors of a wide panel: with two rows as many sums as there are registers for. */
export const wideVectors = 4;

export const wideColumns = (lane: Lane): number => wideVectors * lanesOf[lane];

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
export function productFunction(name: string, terms: number, lane: Lane): string[] {
  const each = <Item>(count: number, make: (k: number) => Item): Item[] => Array.from({ length: count }, (_, k) => make(k));
  const bytes = bytesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const wide = wideColumns(lane);
  const narrowVectors = panelWidth / lanesOf[lane];
  const get = (local: string): string => `(local.get $${local})`;
  const add = (local: string, text: string): string => `(local.set $${local} (i32.add ${get(local)} ${text}))`;
  const parameters = ['rows', 'columns', 'target', 'targetRow', 'start', ...each(terms, (k) => [`operand${k}`, `row${k}`, `step${k}`, `panel${k}`, `depth${k}`]).flat()];
  const integers = ['row', 'column', 'at', 'bias', 'p', 'q', 'x0', 'x1', 'x2', 'x3', 'end', 'to', 'width', ...each(terms, (k) => [`from${k}`, `bytes${k}`]).flat()];
  const sums = each(4, (r) => each(2 * wideVectors, (v) => `s${r}_${v}`)).flat();

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
      ...(panels === 2 ? [`(local.set $q (i32.add ${get('p')} (i32.mul ${get(`depth${k}`)} (i32.const ${wide * bytes}))))`] : []),
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
      `(local.set $panel${k}At (i32.add ${get(`panel${k}`)} (i32.mul (i32.mul ${get('column')} ${get(`depth${k}`)}) (i32.const ${bytes}))))`,
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
  const body = [
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
