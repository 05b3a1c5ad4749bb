import { side } from './data.js';
import type { CutPicture } from './cutting.js';

/** Pictures as the network takes them. */
export interface Batch {
  /** `[side, pictures, side]`, time-major: a step is a row. */
  readonly rows: Float32Array;
  /** `[pictures]`. */
  readonly digit: Float32Array;
  /** How many steps each has, `[pictures]`. */
  readonly lengths: Int32Array;
}

/** The rows that were cut off are NaN: nothing reads them, or it would show. */
export function batchOf(pictures: readonly CutPicture[]): Batch {
  const rows = new Float32Array(side * pictures.length * side).fill(NaN);
  for (const [k, picture] of pictures.entries()) {
    for (let row = 0; row < picture.rows; row++) {
      rows.set(picture.pixels.subarray(row * side, (row + 1) * side), (row * pictures.length + k) * side);
    }
  }
  return {
    rows,
    digit: Float32Array.from(pictures, ({ digit }) => digit),
    lengths: Int32Array.from(pictures, (picture) => picture.rows),
  };
}
