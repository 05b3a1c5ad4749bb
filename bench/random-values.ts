import { RandomNumbers } from '../src/check/random-numbers.js';

/** Numbers in [-scale, scale) from a seed. */
export function randomValues(count: number, seed: number, scale = 1): Float32Array {
  const random = new RandomNumbers(seed);
  return Float32Array.from({ length: count }, () => random.uniform(-scale, scale));
}
