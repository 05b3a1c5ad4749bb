import { lanesOf } from './vector-code.js';
import type { Lane } from './vector-code.js';

/** Vectors of a wide panel: with two rows as many sums as there are registers for. */
export const wideVectors = 4;

export const wideColumns = (lane: Lane): number => wideVectors * lanesOf[lane];

/** The same of a wider panel, for engines that leave no register unused. */
export const widerVectors = 6;

export const widerColumns = (lane: Lane): number => widerVectors * lanesOf[lane];

/**
 * Whether the columns that are left have a wider panel next. Of as many as two wide ones hold, those are better than a wider and narrow
 * ones, so that nothing is left over of any multiple of eight above two wide ones.
 *
 * @param largeTileRows - where in memory it says how many rows tiles may have for this: 2 where the engine keeps their sums in registers
 */
export function startsWiderPanel(lane: Lane, left: string, largeTileRows: number): string {
  const fits = `(i32.and (i32.ge_s ${left} (i32.const ${String(widerColumns(lane))})) (i32.ne ${left} (i32.const ${String(2 * wideColumns(lane))})))`;
  return `(i32.and ${fits} (i32.eq (i32.load offset=${String(largeTileRows)} (i32.const 0)) (i32.const 2)))`;
}
