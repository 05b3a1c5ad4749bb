import { loadDigits, side } from '../digits/data.js';
import { splitPictures } from '../digits/split.js';
import type { Split } from '../digits/split.js';

/** Pixels that the network sees in one step: half a row of a picture of half the width. */
export const stepPixels = 7;
const halfSide = side / 2;
export const steps = halfSide ** 2 / stepPixels;

/** A picture as a sequence. */
export interface Example {
  /** `[steps, stepPixels]` */
  readonly pixels: Float32Array;
  readonly digit: number;
}

/** The digits at half their width and height, which leaves what they are to see and makes a step short. */
export function loadExamples(): Split<Example> {
  return splitPictures(loadDigits().map(({ pixels, digit }) => ({ pixels: halved(pixels), digit })));
}

/** The means of two by two pixels. */
export function halved(pixels: Float32Array): Float32Array {
  return Float32Array.from({ length: halfSide ** 2 }, (_, k) => {
    const corner = Math.floor(k / halfSide) * 2 * side + (k % halfSide) * 2;
    return [0, 1, side, side + 1].reduce((sum, offset) => sum + (pixels[corner + offset] ?? NaN), 0) / 4;
  });
}

/** Examples side by side, time-major: `[steps, examples, stepPixels]` and `[examples]`. */
export function batchOf(examples: readonly Example[]): { x: Float32Array; digit: Float32Array } {
  const x = new Float32Array(steps * examples.length * stepPixels);
  for (const [k, { pixels }] of examples.entries()) {
    for (let t = 0; t < steps; t++) x.set(pixels.subarray(t * stepPixels, (t + 1) * stepPixels), (t * examples.length + k) * stepPixels);
  }
  return { x, digit: Float32Array.from(examples, ({ digit }) => digit) };
}
