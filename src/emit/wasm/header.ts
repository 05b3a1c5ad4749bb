import { Dim } from '../../graph/dim.js';

/**
 * The sizes and region starts that kernels read from the first bytes of the memory: one integer of 32 bits each. A start is
 * in bytes. What is known when the module is built is a number in the code instead.
 */
export class Header {
  readonly #slots = new Map<string, number>();

  constructor(
    private readonly known: ReadonlyMap<string, number> = new Map(),
    /** Symbols that have the first slots, in this order. */
    symbols: readonly string[] = [],
  ) {
    for (const symbol of symbols) this.offset(symbol);
  }

  /** The value of a symbol, where it is known at build. */
  constant(symbol: string): number | undefined {
    return this.known.get(symbol);
  }

  /** Where a symbol's value lies, in bytes. */
  offset(symbol: string): number {
    let slot = this.#slots.get(symbol);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(symbol, slot);
    }
    return 4 * slot;
  }

  /** The symbols in the order of their slots. */
  get symbols(): readonly string[] {
    return [...this.#slots.keys()];
  }

  /** A dim with what is known put in. */
  resolve(dim: Dim): Dim {
    return dim.substitute(new Map([...this.known].map(([name, value]) => [name, Dim.constant(value)])));
  }
}

/** The symbol of a region's start; no dim of a user contains an `@`. */
export const startSymbol = (region: string): string => `@${region}`;
