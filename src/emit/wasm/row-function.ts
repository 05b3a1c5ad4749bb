import { add, each, get, indent, number, set, times } from './instructions.js';
import { wideColumns, wideVectors } from './panel-widths.js';
import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Steps of the depth that the body of a loop takes. */
type Unrolled =
  /** One. */
  | 'one'
  /** Two, each with sums of its own: fewer additions wait for the one before. */
  | 'two'
  /** As many as there are lanes, which are read from the operand together, and then one by one what is left. */
  | 'lanes';

const parameters = ['columns', 'target', 'start', 'startColumn', 'operand0', 'weights0', 'depth0', 'weightRow', 'operand1', 'weights1', 'depth1'];

/**
 * `target[column] = start[column] + Σ_terms Σ_k operand[k] · weight[k, column]` for a single row, whose operands are runs. It reads a
 * vector of weights for each multiplication, so that memory is what it waits for: as little else as possible is read. For the rest
 * it is given what tiles are; columns that fill no wide panel are theirs.
 *
 * @param largeTileRows - where in memory it says whether the engine keeps sums in registers also in a longer body of a loop; undefined
 *   for modules that are to be small
 */
export function rowFunction(lane: Lane, largeTileRows: number | undefined): string[] {
  const bytes = bytesOf[lane];
  const lanes = lanesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const wide = wideColumns(lane);
  const splat = `v128.load${String(8 * bytes)}_splat`;

  const tile = (panels: 1 | 2, unrolled: Unrolled): string[] => {
    const all = each(panels * wideVectors, (v) => v);
    const sum = (turn: 0 | 1, v: number): string => `s${String(turn)}_${String(v)}`;
    const turns: readonly (0 | 1)[] = unrolled === 'one' || panels === 2 ? [0] : [0, 1];
    const pointers = ['p', 'q'].slice(0, panels);
    const step = (turn: number, value: string): string[] => [
      set('a', value),
      ...all.map((v) => {
        const own = sum(turns[turn % turns.length] ?? 0, v);
        const offset = v % wideVectors === 0 ? '' : ` offset=${String(16 * (v % wideVectors))}`;
        return set(own, `(${shape}.add (${shape}.mul ${get('a')} (v128.load${offset} ${get(pointers[Math.floor(v / wideVectors)] ?? '')})) ${get(own)})`);
      }),
      ...pointers.map((pointer) => add(pointer, get('rowStep'))),
    ];
    const single = (turn: 0 | 1): string[] => step(turn, `(${splat} ${get('x')})`);
    const goOn = (label: string): string => `(br_if $${label} (i32.lt_u (local.tee $x (i32.add ${get('x')} ${number(bytes)})) ${get('end')}))`;
    const chosen = (k: number): string => each(16, (byte) => (byte % bytes) + k * bytes).join(' ');
    const depthLoop = {
      one: ['(loop $depth', ...indent([...single(0), goOn('depth')]), ')'],
      two: [
        '(block $ended (loop $depth',
        ...indent([...single(0), `(br_if $ended (i32.ge_u (local.tee $x (i32.add ${get('x')} ${number(bytes)})) ${get('end')}))`, ...single(1), goOn('depth')]),
        '))',
      ],
      lanes: [
        '(block $noVector (loop $vectors',
        ...indent([
          `(br_if $noVector (i32.gt_u (i32.add ${get('x')} ${number(16)}) ${get('end')}))`,
          set('v', `(v128.load ${get('x')})`),
          ...each(lanes, (k) => step(k, `(i8x16.shuffle ${chosen(k)} ${get('v')} ${get('v')})`)).flat(),
          add('x', number(16)),
          '(br $vectors)))',
        ]),
        `(if (i32.lt_u ${get('x')} ${get('end')}) (then (loop $depth`,
        ...indent([...single(0), goOn('depth')]),
        ')))',
      ],
    } as const satisfies Record<Unrolled, readonly string[]>;
    return [
      set('at', `(i32.add ${get('start')} ${times(get('column'), get('startColumn'))})`),
      ...all.map((v) => set(sum(0, v), `(v128.load${v === 0 ? '' : ` offset=${String(16 * v)}`} ${get('at')})`)),
      ...(turns.length === 1 ? [] : all.map((v) => set(sum(1, v), `(${shape}.splat (${lane}.const 0))`))),
      set('x', get('operand0')),
      set('weights', get('weights0')),
      set('depth', get('depth0')),
      set('rowStep', `(select ${get('weightRow')} ${number(16 * wideVectors)} ${get('weightRow')})`),
      // In panels a column comes after the whole depth of the one before, in a matrix it is the next number.
      set('columnStep', `(select ${number(bytes)} ${times(get('depth0'), number(bytes))} ${get('weightRow')})`),
      set('more', get('depth1')),
      '(loop $terms',
      ...indent([
        set('end', `(i32.add ${get('x')} ${times(get('depth'), number(bytes))})`),
        set('p', `(i32.add ${get('weights')} ${times(get('column'), get('columnStep'))})`),
        ...(panels === 1 ? [] : [set('q', `(i32.add ${get('p')} ${times(number(wide), get('columnStep'))})`)]),
        ...depthLoop[unrolled],
        `(if ${get('more')} (then`,
        ...indent([
          set('x', get('operand1')),
          set('weights', get('weights1')),
          set('depth', get('depth1')),
          set('columnStep', times(get('depth1'), number(bytes))),
          set('more', number(0)),
          '(br $terms)))',
        ]),
      ]),
      ')',
      ...(turns.length === 1 ? [] : all.map((v) => set(sum(0, v), `(${shape}.add ${get(sum(0, v))} ${get(sum(1, v))})`))),
      set('at', `(i32.add ${get('target')} ${times(get('column'), number(bytes))})`),
      ...all.map((v) => `(v128.store${v === 0 ? '' : ` offset=${String(16 * v)}`} ${get('at')} ${get(sum(0, v))})`),
    ];
  };
  const left = `(i32.sub ${get('columns')} ${get('column')})`;
  const columnLoop = (label: string, panels: 1 | 2, unrolled: Unrolled): string[] => [
    `(block $no_${label} (loop $${label}`,
    ...indent([
      `(br_if $no_${label} (i32.lt_s ${left} ${number(panels * wide)}))`,
      ...tile(panels, unrolled),
      add('column', number(panels * wide)),
      `(br $${label})))`,
    ]),
  ];
  const plain = [...columnLoop('pairs', 2, 'one'), ...columnLoop('single', 1, largeTileRows === undefined ? 'one' : 'two')];
  const rest = [left, `(i32.add ${get('target')} ${times(get('column'), number(bytes))})`, number(0), `(i32.add ${get('start')} ${times(get('column'), get('startColumn'))})`, number(0), get('startColumn')];
  const weights = (k: '0' | '1', columnStep: string): string => `(i32.add ${get(`weights${k}`)} ${times(get('column'), columnStep)})`;
  const stepOf = (k: '0' | '1'): string => times(get(`depth${k}`), number(bytes));
  const body = [
    ...(largeTileRows === undefined
      ? plain
      : [
          `(if (i32.load offset=${String(largeTileRows)} ${number(0)}) (then`,
          ...indent([...columnLoop('pairs', 2, 'lanes'), ...columnLoop('single', 1, 'lanes')]),
          ') (else',
          ...indent(plain),
          '))',
        ]),
    `(if (i32.gt_s ${left} ${number(0)}) (then`,
    ...indent([
      `(call $tiles ${number(1)} ${rest.join(' ')}`,
      `  ${get('operand0')} ${number(0)} ${number(bytes)} ${weights('0', `(select ${number(bytes)} ${stepOf('0')} ${get('weightRow')})`)} ${get('depth0')} (select ${number(1)} ${get('depth0')} ${get('weightRow')}) ${number(0)}`,
      `  ${get('operand1')} ${number(0)} ${number(bytes)} ${weights('1', stepOf('1'))} ${get('depth1')} ${get('weightRow')})`,
    ]),
    '))',
  ];
  const named = [...new Set([...body.join('\n').matchAll(/\(local\.\w+ \$(\w+)/g)].map(([, name]) => name ?? ''))].filter((name) => !parameters.includes(name));
  const isVector = (name: string): boolean => /^(s\d_\d+|a|v)$/.test(name);
  return [
    ';; target[column] = start[column] + sum of operand[k] * weight[k, column] over one or two terms, for a single row',
    `(func $row ${parameters.map((name) => `(param $${name} i32)`).join(' ')}`,
    ...indent([
      ...named.filter((name) => !isVector(name)).map((name) => `(local $${name} i32)`),
      ...named.filter(isVector).map((name) => `(local $${name} v128)`),
      ...body,
    ]),
    ')',
  ];
}
