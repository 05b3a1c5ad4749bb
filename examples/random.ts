/** A seeded stream of random numbers, so that a seed names a run. */
export interface RandomStream {
  /** Uniform on [0, 1). */
  readonly uniform: () => number;
  /** Mean 0, variance 1. */
  readonly gaussian: () => number;
  /** A copy in random order. */
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
}

/** A 32-bit linear congruential generator (multiplier and increment of Numerical Recipes, section 7.1). */
export function randomStream(seed: number): RandomStream {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    uniform,
    // Box & Muller 1958; 1 - u keeps the logarithm finite.
    gaussian: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) =>
      items
        .map((item) => ({ item, key: uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item),
  };
}
