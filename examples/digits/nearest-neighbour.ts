import { side } from './data.js';
import type { Picture } from './data.js';
import type { CutPicture } from './cutting.js';

/**
 * The baseline: each picture is taken for the training picture that is nearest, by the squares of the differences of the pixels in the
 * rows that are left.
 */
export function nearestNeighbours(training: readonly Picture[], pictures: readonly CutPicture[]): readonly number[] {
  return pictures.map((picture) => nearest(training, picture).digit);
}

function nearest(training: readonly Picture[], picture: CutPicture): { readonly digit: number } {
  let found = { digit: NaN, distance: Infinity };
  for (const { pixels, digit } of training) {
    const distance = distanceUpTo(found.distance, pixels, picture);
    if (distance < found.distance) found = { digit, distance };
  }
  return found;
}

/** The distance, or some number above the limit as soon as it is out of reach. */
function distanceUpTo(limit: number, pixels: Float32Array, picture: CutPicture): number {
  let distance = 0;
  for (let row = 0; row < picture.rows && distance < limit; row++) {
    for (let place = row * side; place < (row + 1) * side; place++) {
      distance += ((pixels[place] ?? 0) - (picture.pixels[place] ?? 0)) ** 2;
    }
  }
  return distance;
}
