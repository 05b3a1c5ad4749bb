import { Dim } from '../../graph/dim.js';
import type { DimTerm } from '../../graph/dim.js';
import type { Address, Guard } from '../../lower/kernel-program.js';
import type { Lanes, MapNest, Place } from './map-nest.js';
import type { MapSchedule } from './map-schedule.js';

/** The integers of a map's body: addresses and guards, which may depend on every index. */
export class MapPlaces {
  readonly #bases = new Map<string, string>();
  readonly #rowOffsets = new Map<string, string>();
  /** The locals of looked-up indices. */
  readonly #lookedUp = new Map<string, string>();

  constructor(
    private readonly nest: MapNest,
    private readonly schedule: MapSchedule,
    private readonly lanes: Lanes | undefined,
    /** Lines before the loop over rows. */
    private readonly head: string[],
  ) {}

  bind(symbol: string, local: string): void {
    this.#lookedUp.set(symbol, local);
  }

  /** Whether a place depends on a looked-up index. */
  isLookedUp(offset: Dim): boolean {
    return offset.symbols().some((symbol) => this.#lookedUp.has(symbol));
  }

  /** An index below zero is a large one without its sign. */
  condition(guards: readonly Guard[]): string {
    return guards.map(({ index, size }) => `(i32.lt_u ${this.integer(index)} ${this.integer(size)})`).reduce((a, b) => `(i32.and ${a} ${b})`);
  }

  /** An integer that may depend on any index. */
  integer(dim: Dim): string {
    const resolved = this.nest.code.resolve(dim);
    return resolved.terms.length === 0 ? '(i32.const 0)' : this.#terms(resolved.terms);
  }

  #terms(terms: readonly DimTerm[]): string {
    const texts = terms.map((term) => {
      const factor = (name: string): string => {
        const local = this.#lookedUp.get(name);
        return local === undefined ? this.nest.code.symbol(name) : `(local.get $${local})`;
      };
      const atoms = term.atoms.map((atom) =>
        atom.kind === 'symbol'
          ? factor(atom.name)
          : `(i32.div_s (i32.add ${this.#terms(atom.numerator.terms)} (i32.const ${String(atom.divisor - 1)})) (i32.const ${String(atom.divisor)}))`,
      );
      const product = [...(term.coefficient === 1 && atoms.length > 0 ? [] : [`(i32.const ${String(term.coefficient)})`]), ...atoms];
      return product.reduce((a, b) => `(i32.mul ${a} ${b})`);
    });
    return texts.length === 0 ? '(i32.const 0)' : texts.reduce((a, b) => `(i32.add ${a} ${b})`);
  }

  address(address: Address): Place {
    const inner = (terms: readonly DimTerm[], outerBase: string): string => {
      const { rows, vector } = this.schedule;
      const has = (term: DimTerm, name: string | undefined): boolean => name !== undefined && Dim.fromTerms([term]).symbols().includes(name);
      const irregular = terms.filter((term) => this.isLookedUp(Dim.fromTerms([term])));
      const regular = terms.filter((term) => !irregular.includes(term));
      const alongRows = regular.filter((term) => has(term, rows?.index));
      const steady = regular.filter((term) => !alongRows.includes(term));
      let base = outerBase;
      if (steady.length > 0) base = this.#base(address, base, steady, vector?.index);
      for (const term of alongRows) base = `(i32.add ${base} ${this.#rowOffset(term)})`;
      return irregular.length === 0 ? base : `(i32.add ${base} ${this.#terms(irregular)})`;
    };
    return this.nest.address(address, inner);
  }

  /** What does not change from row to row is added up once per vector, where rows follow. */
  #base(address: Address, base: string, terms: readonly DimTerm[], vector: string | undefined): string {
    const text = `(i32.add ${base} ${this.#steady(terms, vector)})`;
    if (this.schedule.rows === undefined) return text;
    let local = this.#bases.get(text);
    if (local === undefined) {
      local = this.nest.code.vectors.local(`${address.buffer.name}Here`, 'i32');
      this.#bases.set(text, local);
      this.head.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  #steady(terms: readonly DimTerm[], vector: string | undefined): string {
    const [term, ...rest] = terms;
    const alone = rest.length === 0 && term?.atoms.length === 1 && term.atoms[0]?.kind === 'symbol' && term.atoms[0].name === vector;
    if (alone && this.lanes !== undefined && term.coefficient === this.nest.code.bytes) {
      return `(i32.shl (local.get $${this.lanes.index}) (i32.const ${String(Math.log2(this.nest.code.bytes))}))`;
    }
    return this.#terms(terms);
  }

  /** `row · stride` in bytes: one local for all operands with the same stride. */
  #rowOffset(term: DimTerm): string {
    const { key } = Dim.fromTerms([term]);
    let local = this.#rowOffsets.get(key);
    if (local === undefined) {
      local = this.nest.code.vectors.local('rowAt', 'i32');
      this.#rowOffsets.set(key, local);
      this.nest.code.vectors.line(`(local.set $${local} ${this.#terms([term])})`);
    }
    return `(local.get $${local})`;
  }
}
