import { panelWidth } from '../../lower/kernel-program.js';
import { add, each, get, indent, number, set, times } from './instructions.js';
import { startsWiderPanel, wideColumns, widerColumns, widerVectors, wideVectors } from './panel-widths.js';
import { rowFunction } from './row-function.js';
import { outerFunction, runsFunction } from './single-row-functions.js';
import type { SingleTerm } from './single-row.js';
import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Bytes of zeros that a product which starts from nothing starts from: the columns of the widest tile. */
export const zeroBytes = 2 * wideVectors * 16;

/** Of a longer product the panel of weights would not stay in the first-level cache: it is done in blocks of this depth. */
const blockDepth = 256;
/** Up to this depth a product of two terms keeps its sums in registers from term to term. */
const longestDepth = 512;

const parametersOf = (names: readonly string[]): string => names.map((name) => `(param $${name} i32)`).join(' ');
const lesser = (left: string, right: string): string => `(select ${left} ${right} (i32.lt_s ${left} ${right}))`;

/** What all products are given; strides in bytes. `start` is read with its own strides: a bias for all rows, zeros for all columns. */
const frame = ['rows', 'columns', 'target', 'targetRow', 'start', 'startRow', 'startColumn'];
const term = (k: string): string[] => [`operand${k}`, `row${k}`, `step${k}`, `panel${k}`, `depth${k}`];

/** Locals that point into the panels of a tile. */
const sidePointers = ['p', 'q'];

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Panels side by side, for a single row: more sums in flight. */
  readonly panels: 1 | 2;
  /** Steps of the depth that have sums of their own, so that fewer additions wait for the one before. */
  readonly turns?: 1 | 2;
  /** All columns of the tile are columns of the target. */
  readonly whole: boolean;
}

/**
 * `target[row, column] = start + Σ_terms Σ_k operand[row, k] · weight[k, column]`, for two terms or, with a second depth of zero,
 * for one. Weights lie in panels of sixteen columns (eight in float64), wider ones of twenty-four (twelve) before them where the host
 * says so, what is left in panels of four; or, of one term, in rows that are `weightRow` bytes apart, as a matrix in panels of depth
 * one. A tile of two rows by one wide panel keeps its sums in registers; more would spill, but for engines that take wider ones. A
 * single row, where it is not left to a function of its own, takes two panels at once; of what has few sums two steps of the depth are
 * under way together. Where rows run out, a tile computes its last one again.
 */
function tilesFunction(lane: Lane, { largeTileRows, batchOfOne }: Engine): string[] {
  const bytes = bytesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const wide = wideColumns(lane);
  const load = `v128.load${String(8 * bytes)}_splat`;
  const sum = (r: number, v: number): string => `s${String(r)}_${String(v)}`;

  const tile = ({ rows, vectors, panels, turns = 1, whole }: Tile): string[] => {
    const all = each(panels * vectors, (v) => v);
    const offset = (k: number): string => (k === 0 ? '' : ` offset=${String(k)}`);
    /** Visits the rows of the tile, the last ones of the target perhaps again. */
    const eachRow = (pointer: string, from: string, stride: string, make: (r: number) => string[]): string[] => [
      set(pointer, from),
      ...each(rows, (r) => [...(r === 0 ? [] : [add(pointer, `(select ${stride} ${number(0)} (i32.gt_s ${get('left')} ${number(r)}))`)]), ...make(r)]).flat(),
    ];
    const pointers = (k: 0 | 1): string[] => [
      set('p', k === 0 ? `(i32.add ${get('panel0At')} ${times(get('panelFrom'), number(vectors * 16))})` : get('panel1At')),
      ...sidePointers.slice(1, panels).map((pointer, before) => set(pointer, `(i32.add ${get(sidePointers[before] ?? '')} ${times(get(k === 0 ? 'panelDepth' : 'depth1'), number(wide * bytes))})`)),
      set('panelStep', k === 0 ? `(select ${get('weightRow')} ${number(vectors * 16)} ${get('weightRow')})` : number(vectors * 16)),
      set('end', `(i32.add ${get('p')} ${times(get(`depth${String(k)}`), get('panelStep'))})`),
      set('step', get(`step${String(k)}`)),
      ...eachRow('x0', get(`from${String(k)}`), get(`row${String(k)}`), (r) => (r === rows - 1 ? [] : [set(`x${String(rows - 1 - r)}`, get('x0'))])),
    ];
    /** What is done for each sum of the first of two turns, and that of the second. */
    const eachSecondSum = (make: (first: string, second: string) => string): string[] =>
      turns === 1 ? [] : each(rows, (r) => all.map((v) => make(sum(r, v), sum(rows + r, v)))).flat();
    const stepLines = (turn: 0 | 1): string[] => [
      ...each(rows, (r) => set(`a${String(r)}`, `(${load} ${get(`x${String(rows - 1 - r)}`)})`)),
      ...sidePointers.slice(0, panels).flatMap((pointer, side) =>
        each(vectors, (v) => [
          set('w', `(v128.load${offset(16 * v)} ${get(pointer)})`),
          ...each(rows, (r) => {
            const own = sum(turn * rows + r, side * vectors + v);
            return set(own, `(${shape}.add (${shape}.mul ${get(`a${String(r)}`)} ${get('w')}) ${get(own)})`);
          }),
        ]).flat(),
      ),
      ...each(rows, (r) => add(`x${String(r)}`, get('step'))),
      ...sidePointers.slice(1, panels).map((pointer) => add(pointer, get('panelStep'))),
    ];
    // The pointer that was moved is that of the last row; the others hold those before it.
    return [
      ...eachRow('to', get('first'), get('startRow'), (r) => all.map((v) => set(sum(r, v), `(v128.load${offset(16 * v)} ${get('to')})`))),
      ...eachSecondSum((_, second) => set(second, `(${shape}.splat (${lane}.const 0))`)),
      ...pointers(0),
      set('more', get('depth1')),
      '(loop $terms',
      ...indent([
        ...(turns === 1 ? ['(loop $depth'] : ['(block $ended (loop $depth']),
        ...indent([
          ...stepLines(0),
          ...(turns === 1 ? [] : [`(br_if $ended (i32.ge_u (local.tee $p (i32.add ${get('p')} ${get('panelStep')})) ${get('end')}))`, ...stepLines(1)]),
          `(br_if $depth (i32.lt_u (local.tee $p (i32.add ${get('p')} ${get('panelStep')})) ${get('end')})))${turns === 1 ? '' : ')'}`,
        ]),
        `(if ${get('more')} (then`,
        ...indent([...pointers(1), set('more', number(0)), '(br $terms)))']),
      ]),
      ')',
      ...eachSecondSum((first, second) => set(first, `(${shape}.add ${get(first)} ${get(second)})`)),
      ...eachRow('to', get('at'), get('targetRow'), (r) => {
        const stores = all.map((v) => `(v128.store${offset(16 * v)} ${get('to')} ${get(sum(r, v))})`);
        if (whole) return stores;
        const part = all.map((v) => {
          const left = v === 0 ? get('width') : `(i32.sub ${get('width')} ${number(v * lanesOf[lane])})`;
          const at = v === 0 ? get('to') : `(i32.add ${get('to')} ${number(16 * v)})`;
          const store = `(call $storePart ${at} ${get(sum(r, v))} ${left})`;
          return v === 0 ? store : `(if (i32.gt_s ${left} ${number(0)}) (then ${store}))`;
        });
        return [`(if (i32.ge_s ${get('width')} ${number(panelWidth)}) (then ${stores.join(' ')}) (else ${part.join(' ')}))`];
      }),
    ];
  };

  const rowLoop = (make: Tile): string[] => [
    set('left', get('rows')),
    '(loop $rows',
    ...indent([
      ...tile(make),
      add('at', times(get('targetRow'), number(make.rows))),
      add('first', times(get('startRow'), number(make.rows))),
      add('from0', times(get('row0'), number(make.rows))),
      add('from1', times(get('row1'), number(make.rows))),
      `(br_if $rows (i32.gt_s (local.tee $left (i32.sub ${get('left')} ${number(make.rows)})) ${number(0)})))`,
    ]),
  ];
  const columnLoop = (label: string, columns: number, condition: string, body: readonly string[]): string[] => [
    `(block $no_${label} (loop $${label}`,
    ...indent([
      `(br_if $no_${label} (i32.eqz ${condition}))`,
      set('at', `(i32.add ${get('target')} ${times(get('column'), number(bytes))})`),
      set('first', `(i32.add ${get('start')} ${times(get('column'), get('startColumn'))})`),
      set('from0', get('operand0')),
      set('from1', get('operand1')),
      set('panel0At', `(i32.add ${get('panel0')} ${times(times(get('column'), get('panelDepth')), number(bytes))})`),
      set('panel1At', `(i32.add ${get('panel1')} ${times(times(get('column'), get('depth1')), number(bytes))})`),
      ...body,
      add('column', number(columns)),
      `(br $${label})))`,
    ]),
  ];
  const fits = (columns: number): string => `(i32.le_s (i32.add ${get('column')} ${number(columns)}) ${get('columns')})`;
  const body = [
    ...(largeTileRows === undefined || batchOfOne
      ? []
      : columnLoop('wider', widerColumns(lane), startsWiderPanel(lane, `(i32.sub ${get('columns')} ${get('column')})`, largeTileRows), [
          `(if (i32.eq ${get('rows')} ${number(1)}) (then`,
          ...indent(tile({ rows: 1, vectors: widerVectors, panels: 1, whole: true })),
          ') (else',
          ...indent(rowLoop({ rows: 2, vectors: widerVectors, panels: 1, whole: true })),
          '))',
        ])),
    ...(batchOfOne
      ? []
      : [
          `(if (i32.eq ${get('rows')} ${number(1)}) (then`,
          ...indent(columnLoop('pairs', 2 * wide, fits(2 * wide), tile({ rows: 1, vectors: wideVectors, panels: 2, whole: true }))),
          ...(largeTileRows === undefined ? [] : indent(columnLoop('single', wide, fits(wide), tile({ rows: 1, vectors: wideVectors, panels: 1, turns: 2, whole: true })))),
          '))',
        ]),
    ...columnLoop('wide', wide, fits(wide), rowLoop({ rows: 2, vectors: wideVectors, panels: 1, whole: true })),
    ...columnLoop('narrow', panelWidth, `(i32.lt_s ${get('column')} ${get('columns')})`, [
      set('width', `(i32.sub ${get('columns')} ${get('column')})`),
      // In float64 four rows have eight sums already.
      ...rowLoop({ rows: 4, vectors: panelWidth / lanesOf[lane], panels: 1, turns: lane === 'f32' ? 2 : 1, whole: false }),
    ]),
  ];
  const parameters = [...frame, ...term('0'), 'panelDepth', 'panelFrom', ...term('1'), 'weightRow'];
  const named = new Set([...body.join('\n').matchAll(/\$(\w+)/g)].map(([, name]) => name ?? ''));
  const vectors = [...named].filter((name) => /^(s\d_\d+|a\d|w)$/.test(name));
  const labels = new Set([...body.join('\n').matchAll(/(?:loop|block) \$(\w+)/g)].map(([, name]) => name ?? ''));
  const integers = [...named].filter((name) => !vectors.includes(name) && !parameters.includes(name) && !labels.has(name));
  return [
    ';; target[row, column] = start + sum of operand[row, k] * weight[k, column] over one or two terms; weights in panels',
    `(func $tiles ${parametersOf(parameters)}`,
    ...indent([...integers.map((name) => `(local $${name} i32)`), ...vectors.map((name) => `(local $${name} v128)`), ...body]),
    ')',
  ];
}

/** A product of one term, in blocks of its depth where it is long. */
function singleFunction(lane: Lane): string[] {
  const inBlock = lesser(`(i32.sub ${get('depth')} ${get('from')})`, get('block'));
  return [
    `(func $product1 ${parametersOf([...frame, ...term('')])}`,
    ...indent([
      '(local $from i32) (local $block i32)',
      set('block', `(select ${get('depth')} ${number(blockDepth)} (i32.le_s ${get('depth')} ${number(longestDepth)}))`),
      '(loop $blocks',
      ...indent([
        `(call $tiles ${frame.map(get).join(' ')} (i32.add ${get('operand')} ${times(get('from'), get('step'))}) ${get('row')} ${get('step')} ${get('panel')} ${inBlock}`,
        `  ${get('depth')} ${get('from')} ${each(6, () => number(0)).join(' ')})`,
        ...goOn(lane),
        `(br_if $blocks (i32.lt_s (local.tee $from (i32.add ${get('from')} ${get('block')})) ${get('depth')})))`,
      ]),
    ]),
    ')',
  ];
}

/** What comes next is added to the target. */
const goOn = (lane: Lane): string[] => [set('start', get('target')), set('startRow', get('targetRow')), set('startColumn', number(bytesOf[lane]))];

/** A product of two terms; long ones one after the other. */
function doubleFunction(lane: Lane): string[] {
  return [
    `(func $product2 ${parametersOf([...frame, ...term('0'), ...term('1')])}`,
    ...indent([
      `(if (i32.gt_s (i32.add ${get('depth0')} ${get('depth1')}) ${number(longestDepth)}) (then`,
      ...indent([`(call $product1 ${[...frame, ...term('0')].map(get).join(' ')})`, ...goOn(lane), `(call $product1 ${[...frame, ...term('1')].map(get).join(' ')})`]),
      ') (else',
      ...indent([`(call $tiles ${[...frame, ...term('0'), 'depth0'].map(get).join(' ')} ${number(0)} ${term('1').map(get).join(' ')} ${number(0)})`]),
      '))',
    ]),
    ')',
  ];
}

/** The depth of what a transposed product copies at once, one line of the cache wide. */
const transposedDepth = 128;

/** Bytes that a transposed product copies a part of its operand to. */
export const transposedBytes = 64 * transposedDepth;

/**
 * A product whose operand has its rows next to each other in memory and not its depth, as in the gradient of weights: what one
 * line of the cache holds of them is copied together, for a block of the depth, and meets all panels from there.
 */
function transposedFunction(lane: Lane): string[] {
  const rows = 64 / bytesOf[lane];
  return [
    ';; the same for one term, where the rows of the operand follow each other in memory',
    `(func $transposedProduct ${parametersOf([...frame, 'operand', 'step', 'panel', 'depth', 'copy'])}`,
    ...indent([
      '(local $from i32) (local $block i32) (local $done i32) (local $at i32) (local $to i32) (local $end i32)',
      '(loop $blocks',
      ...indent([
        set('block', lesser(`(i32.sub ${get('depth')} ${get('from')})`, number(transposedDepth))),
        set('done', number(0)),
        '(loop $rows',
        ...indent([
          set('at', `(i32.add ${get('operand')} (i32.add ${times(get('from'), get('step'))} ${times(get('done'), number(bytesOf[lane]))}))`),
          set('to', get('copy')),
          set('end', `(i32.add ${get('to')} ${times(get('block'), number(64))})`),
          '(loop $copying',
          ...indent([
            ...[0, 16, 32, 48].map((offset) => `(v128.store offset=${String(offset)} ${get('to')} (v128.load offset=${String(offset)} ${get('at')}))`),
            add('at', get('step')),
            `(br_if $copying (i32.lt_u (local.tee $to (i32.add ${get('to')} ${number(64)})) ${get('end')})))`,
          ]),
          `(call $tiles ${lesser(`(i32.sub ${get('rows')} ${get('done')})`, number(rows))} ${get('columns')}`,
          `  (i32.add ${get('target')} ${times(get('done'), get('targetRow'))}) ${get('targetRow')} (i32.add ${get('start')} ${times(get('done'), get('startRow'))}) ${get('startRow')} ${get('startColumn')}`,
          `  ${get('copy')} ${number(bytesOf[lane])} ${number(64)} ${get('panel')} ${get('block')} ${get('depth')} ${get('from')} ${each(6, () => number(0)).join(' ')})`,
          `(br_if $rows (i32.lt_s (local.tee $done (i32.add ${get('done')} ${number(rows)})) ${get('rows')})))`,
        ]),
        ...goOn(lane),
        `(br_if $blocks (i32.lt_s (local.tee $from (i32.add ${get('from')} ${get('block')})) ${get('depth')})))`,
      ]),
    ]),
    ')',
  ];
}

export type ProductForm = 'product1' | 'product2' | 'transposedProduct' | 'row' | SingleTerm['kind'];

/** What products can count on. */
export interface Engine {
  /**
   * Where in memory it says whether the engine keeps more sums in registers, or the same in longer bodies of loops: 0 if not, otherwise for
   * how many rows, 1, or 2 for more. Undefined for modules that are to be small, or the same everywhere.
   */
  readonly largeTileRows: number | undefined;
  /** Each call is for one example: products of a single row have a function of their own. */
  readonly batchOfOne: boolean;
}

/** The functions that products of some forms need. */
export function productFunctions(forms: ReadonlySet<ProductForm>, lane: Lane, engine: Engine): string[] {
  if (forms.size === 0) return [];
  return [
    ...tilesFunction(lane, engine),
    ...(forms.has('product1') || forms.has('product2') ? singleFunction(lane) : []),
    ...(forms.has('product2') ? doubleFunction(lane) : []),
    ...(forms.has('transposedProduct') ? transposedFunction(lane) : []),
    ...(forms.has('row') ? rowFunction(lane, engine.largeTileRows) : []),
    ...(forms.has('runs') ? runsFunction(lane) : []),
    ...(forms.has('outer') ? outerFunction(lane) : []),
  ];
}
