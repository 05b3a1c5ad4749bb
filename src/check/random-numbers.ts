/** Seeded pseudorandom numbers (mulberry32): the same seed gives the same numbers on every machine. */
export class RandomNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** In [low, high). */
  uniform(low: number, high: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return low + (high - low) * (((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32);
  }

  /** An integer in [0, end). */
  below(end: number): number {
    return Math.floor(this.uniform(0, end));
  }

  /** Of either sign, at least 0.1 away from zero, where many functions have their kink. */
  apartFromZero(): number {
    const value = this.uniform(0.1, 1);
    return this.below(2) === 0 ? value : -value;
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const rest = [...items];
    return items.flatMap(() => rest.splice(this.below(rest.length), 1));
  }
}
