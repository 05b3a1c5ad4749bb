import { escapeName } from './scope.js';
import type { Scope, SymbolNames } from './scope.js';
import { field } from './module-names.js';

/** How the sizes that a creator is given, the batch and the number of steps are called in a module's code. */
export class SizeNames {
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    readonly freeDims: readonly string[],
    scope: Scope,
  ) {
    this.#names = new Map(freeDims.map((dim) => [dim, scope.fresh(dim)]));
  }

  name(dim: string): string {
    return this.#names.get(dim) ?? escapeName(dim);
  }

  /** Sizes as they are during a call. */
  readonly duringCall: SymbolNames = (symbol) => this.#with(symbol, 'batch', 'steps');

  /** Sizes that a call asks for, before it is known to be right. */
  readonly requested: SymbolNames = (symbol) => this.#with(symbol, 'rows', 'count');

  /** Sizes that the arena is made for. */
  readonly capacity: SymbolNames = (symbol) => this.#with(symbol, 'batchSize', 'maxSteps');

  /** `{ I, do: do_ }`, for taking the sizes out of an object. */
  get pattern(): string {
    return `{ ${[...this.#names].map(([dim, name]) => field(dim, name)).join(', ')} }`;
  }

  #with(symbol: string, batch: string, steps: string): string {
    return symbol === 'B' ? batch : symbol === 'T' ? steps : (this.#names.get(symbol) ?? symbol);
  }
}
