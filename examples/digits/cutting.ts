import type { RandomStream } from '../random.js';
import { side } from './data.js';
import type { Picture } from './data.js';

/** At most so many rows are cut off, from the bottom up. The ink of a whole digit mostly ends four rows above it. */
export const mostRowsCut = 8;

/** A picture of which the first rows are left. */
export interface CutPicture extends Picture {
  /** How many. */
  readonly rows: number;
}

/** Cuts a random number of rows off each picture, each number as likely as the others. */
export function cutAtRandom(pictures: readonly Picture[], random: RandomStream): readonly CutPicture[] {
  return pictures.map((picture) => ({ ...picture, rows: side - Math.floor(random.uniform() * (mostRowsCut + 1)) }));
}

/** Moves each picture by at most one pixel along each axis, at random: a network that sees that learns less by heart. */
export function jitter(pictures: readonly Picture[], random: RandomStream): readonly Picture[] {
  const offset = (): number => Math.floor(random.uniform() * 3) - 1;
  return pictures.map(({ pixels, digit }) => ({ pixels: moved(pixels, offset(), offset()), digit }));
}

/** A picture moved down and to the right; where nothing comes from there is no ink. */
export function moved(pixels: Float32Array, down: number, right: number): Float32Array {
  return pixels.map((_, place) => {
    const row = Math.floor(place / side) - down;
    const column = (place % side) - right;
    const inside = row >= 0 && row < side && column >= 0 && column < side;
    return inside ? (pixels[row * side + column] ?? 0) : 0;
  });
}
