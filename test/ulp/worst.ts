import type { Bound } from './bounds.js';

/** The largest error found, and where. */
export interface Worst {
  readonly ulp: number;
  readonly at: number;
}

export const none: Worst = { ulp: 0, at: NaN };

/** Whether a bound says anything of a result. */
export function isBound({ fromResult = 0, fromArgument = 0, toArgument = Infinity }: Bound, argument: number, exact: number): boolean {
  const magnitude = Math.abs(argument);
  if (argument === 0 || !Number.isFinite(argument)) return true;
  return magnitude >= fromArgument && magnitude <= toArgument && !(Math.abs(exact) < fromResult);
}

const rounded = new Float32Array(1);
const pattern = new Uint32Array(rounded.buffer);

/** 1 / ulp of float32, by the exponent's bits. */
const perUnit = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (150 - Math.min(Math.max(exponent, 1), 254)));

/** 1 / ulp of float32 at a value. */
export function unitsAt(exact: number): number {
  rounded[0] = exact;
  return perUnit[((pattern[0] ?? 0) >>> 23) & 255] ?? 0;
}

/** The distance of float32 from the exact value in units of the last place; infinite where just one of them is NaN. */
export function float32Error(got: number, exact: number): number {
  if (Number.isNaN(got) || Number.isNaN(exact)) return Number.isNaN(got) && Number.isNaN(exact) ? 0 : Infinity;
  if (Math.abs(exact) === Infinity) return got === exact ? 0 : Infinity;
  const overflows = Math.abs(got) === Infinity;
  if (overflows && got === Math.fround(exact)) return 0;
  return Math.abs((overflows ? Math.sign(got) * 2 ** 128 : got) - exact) * unitsAt(exact);
}
