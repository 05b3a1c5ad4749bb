import { get, number, set } from './instructions.js';
import { bytesOf, lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

const plus = (left: string, right: string): string => `(i32.add ${left} ${right})`;

/**
 * `target[column] = start[column] + Σ_k operand[k] · weight[column, k]`, where k runs along memory in both: sums of whole
 * vectors, for as many columns at once as there are lanes, which are added up across at the end.
 */
export function runsFunction(lane: Lane): string[] {
  const lanes = lanesOf[lane];
  const bytes = bytesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const columns = Array.from({ length: lanes }, (_, c) => c);
  const step = (load: string, amount: number): string[] => [
    set('a', `(${load} ${get('x')})`),
    ...columns.map((c) => set(`s${String(c)}`, `(${shape}.add (${shape}.mul ${get('a')} (${load} ${plus(get('x'), get(`w${String(c)}`))})) ${get(`s${String(c)}`)})`)),
    set('x', plus(get('x'), number(amount))),
  ];
  const pick = (a: string, b: string, chosen: readonly number[]): string =>
    `(i8x16.shuffle ${chosen.flatMap((each) => Array.from({ length: bytes }, (_, byte) => bytes * each + byte)).join(' ')} ${get(a)} ${get(b)})`;
  const across =
    lane === 'f32'
      ? [
          ...[['s0', 's1'], ['s2', 's3']].map(([a = '', b = '']) => set(a, `(f32x4.add ${pick(a, b, [0, 4, 1, 5])} ${pick(a, b, [2, 6, 3, 7])})`)),
          set('s0', `(f32x4.add ${pick('s0', 's2', [0, 1, 4, 5])} ${pick('s0', 's2', [2, 3, 6, 7])})`),
        ]
      : [set('s0', `(f64x2.add ${pick('s0', 's1', [0, 2])} ${pick('s0', 's1', [1, 3])})`)];
  return [
    ';; target[column] = start[column] + sum of operand[k] * weight[column, k], where k runs along memory',
    '(func $runs (param $columns i32) (param $target i32) (param $start i32) (param $startColumn i32) (param $operand i32) (param $weights i32) (param $weightColumn i32) (param $depth i32)',
    ...[
      ...['x', 'end', 'whole', ...columns.map((c) => `w${String(c)}`)].map((local) => `(local $${local} i32)`),
      ...['a', ...columns.map((c) => `s${String(c)}`)].map((local) => `(local $${local} v128)`),
      set('end', plus(get('operand'), `(i32.mul ${get('depth')} ${number(bytes)})`)),
      set('whole', `(i32.sub ${get('end')} ${number(16 - bytes)})`),
      '(loop $next',
      // Weights are found at a distance from the operand. Where columns run out, the last one is computed again.
      set('w0', `(i32.sub ${get('weights')} ${get('operand')})`),
      ...columns.slice(1).map((c) => set(`w${String(c)}`, plus(get(`w${String(c - 1)}`), `(select ${get('weightColumn')} ${number(0)} (i32.gt_s ${get('columns')} ${number(c)}))`))),
      ...columns.map((c) => set(`s${String(c)}`, '(v128.const i64x2 0 0)')),
      set('x', get('operand')),
      `(block $runsOut (loop $vectors (br_if $runsOut (i32.ge_u ${get('x')} ${get('whole')}))`,
      ...step('v128.load', 16),
      '(br $vectors)))',
      `(block $done (loop $elements (br_if $done (i32.ge_u ${get('x')} ${get('end')}))`,
      ...step(`v128.load${String(8 * bytes)}_zero`, bytes),
      '(br $elements)))',
      ...across,
      set('s0', `(${shape}.add ${get('s0')} (v128.load ${get('start')}))`),
      `(if (i32.ge_s ${get('columns')} ${number(lanes)}) (then (v128.store ${get('target')} ${get('s0')})) (else (call $storePart ${get('target')} ${get('s0')} ${get('columns')})))`,
      set('target', plus(get('target'), number(16))),
      set('start', plus(get('start'), `(i32.mul ${get('startColumn')} ${number(lanes)})`)),
      set('weights', plus(get('weights'), `(i32.mul ${get('weightColumn')} ${number(lanes)})`)),
      `(br_if $next (i32.gt_s (local.tee $columns (i32.sub ${get('columns')} ${number(lanes)})) ${number(0)})))`,
    ].map((line) => `  ${line}`),
    ')',
  ];
}

/** `target[row, column] += operand[row] · weight[column]`, four vectors at a time while there are as many. */
export function outerFunction(lane: Lane): string[] {
  const lanes = lanesOf[lane];
  const bits = 8 * bytesOf[lane];
  const shape = lane === 'f32' ? 'f32x4' : 'f64x2';
  const sum = (offset: string): string => `(${shape}.add (${shape}.mul ${get('a')} (v128.load${offset} ${get('w')})) (v128.load${offset} ${get('at')}))`;
  const next = (vectors: number): string[] => [
    set('at', plus(get('at'), number(16 * vectors))),
    set('w', plus(get('w'), number(16 * vectors))),
    set('left', `(i32.sub ${get('left')} ${number(lanes * vectors)})`),
  ];
  return [
    ';; target[row, column] += operand[row] * weight[column]',
    '(func $outer (param $rows i32) (param $columns i32) (param $target i32) (param $targetRow i32) (param $operand i32) (param $operandRow i32) (param $weights i32)',
    ...[
      '(local $at i32) (local $w i32) (local $left i32) (local $a v128)',
      '(loop $eachRow',
      set('a', `(v128.load${String(bits)}_splat ${get('operand')})`),
      set('at', get('target')),
      set('w', get('weights')),
      set('left', get('columns')),
      `(block $noFour (loop $fours (br_if $noFour (i32.lt_s ${get('left')} ${number(4 * lanes)}))`,
      ...['', ' offset=16', ' offset=32', ' offset=48'].map((offset) => `(v128.store${offset} ${get('at')} ${sum(offset)})`),
      ...next(4),
      '(br $fours)))',
      `(block $done (loop $vectors (br_if $done (i32.le_s ${get('left')} ${number(0)}))`,
      `(call $storePart ${get('at')} ${sum('')} ${get('left')})`,
      ...next(1),
      '(br $vectors)))',
      set('target', plus(get('target'), get('targetRow'))),
      set('operand', plus(get('operand'), get('operandRow'))),
      `(br_if $eachRow (local.tee $rows (i32.sub ${get('rows')} ${number(1)}))))`,
    ].map((line) => `  ${line}`),
    ')',
  ];
}
