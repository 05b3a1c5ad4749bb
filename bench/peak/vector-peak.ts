import type { Precision } from 'cellwright/compiler';

/** The instructions that make one multiplication and one addition of a 128-bit vector. */
export type InstructionPair = 'mul+add' | 'relaxed madd';

/** How many chains of additions run side by side, and how many rounds of them one turn of the loop takes. */
export interface PeakVariant {
  readonly chains: number;
  readonly rounds: number;
}

const lanes = { float32: 4, float64: 2 } as const;

export const vectorFlops = (precision: Precision, { chains, rounds }: PeakVariant): number =>
  2 * lanes[precision] * chains * rounds;

/**
 * WebAssembly text of a loop that touches no memory: `run(n)` takes n turns, in each of which every chain becomes
 * `chain · m + a`. The chains tend to 1, so that no number is denormal or infinite. Returns their sum, so that none is
 * dead.
 */
export function vectorPeakText(precision: Precision, pair: InstructionPair, { chains, rounds }: PeakVariant): string {
  const type = precision === 'float32' ? 'f32x4' : 'f64x2';
  const scalar = precision === 'float32' ? 'f32' : 'f64';
  const numbers = (value: number): string => Array.from({ length: lanes[precision] }, () => String(value)).join(' ');
  const names = Array.from({ length: chains }, (_, k) => `$s${String(k)}`);
  const next = (name: string): string =>
    pair === 'mul+add'
      ? `(${type}.add (${type}.mul (local.get ${name}) (local.get $m)) (local.get $a))`
      : `(${type}.relaxed_madd (local.get ${name}) (local.get $m) (local.get $a))`;
  const round = names.map((name) => `      (local.set ${name} ${next(name)})`).join('\n');
  const sum = names.map((name) => `(local.get ${name})`).reduce((left, right) => `(${type}.add ${left} ${right})`);
  return `(module
  (func (export "run") (param $n i32) (result ${scalar})
    (local $m v128) (local $a v128) ${names.map((name) => `(local ${name} v128)`).join(' ')}
    (local.set $m (v128.const ${type} ${numbers(0.75)}))
    (local.set $a (v128.const ${type} ${numbers(0.25)}))
${names.map((name, k) => `    (local.set ${name} (v128.const ${type} ${numbers(1 + k / 16)}))`).join('\n')}
    (loop $turn
${Array.from({ length: rounds }, () => round).join('\n')}
      (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (${type}.extract_lane 0 ${sum})))
`;
}
