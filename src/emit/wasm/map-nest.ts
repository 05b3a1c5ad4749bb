import { Dim } from '../../graph/dim.js';
import type { DimTerm } from '../../graph/dim.js';
import type { Address, Buffer, MapKernel } from '../../lower/kernel-program.js';
import { isAtom, loopLines } from './function-code.js';
import type { FunctionCode } from './function-code.js';
import { MapBody } from './map-body.js';
import type { MapSchedule } from './map-schedule.js';
import { lanesOf } from './vector-code.js';

export interface MapFunctionContext {
  newFunction(parameters: readonly string[]): FunctionCode;
  /** Told that the function calls the one that stores a part of a vector. */
  storesParts(): void;
}

/** An address, and the constant part of it that the instruction holds. */
export interface Place {
  readonly text: string;
  readonly immediate: string;
}

/** What is added up along the lanes; they are joined at the end. */
export interface Sum {
  readonly local: string;
  readonly combine: 'sum' | 'max';
  readonly address: Address;
}

/** Where the elements of a buffer are counted from: what all its addresses share of what the map does not change. */
export interface Origin {
  readonly buffer: Buffer;
  /** From the start of the buffer, in bytes. */
  readonly offset: Dim;
  /** The parameter that holds it. */
  readonly parameter: string;
}

/** A part of an address, before it is known which of its terms are in others too. */
interface Start {
  readonly local: string;
  readonly base: string;
  readonly terms: readonly DimTerm[];
}

/** How vectors go along their axis. */
export interface Lanes {
  /** The local that counts elements. */
  readonly index: string;
  /** The local that holds how many elements are left, where they may be fewer than there are lanes. */
  readonly left: string | undefined;
  /** Sums along the lanes. */
  readonly sums: Sum[];
}

/** Lines that are right where there is at least one element: left out at run time where there may be none. */
function whileAny(size: Dim, end: string, lines: readonly string[]): readonly string[] {
  return size.isPositive ? lines : [`(if (i32.gt_s ${end} (i32.const 0)) (then`, ...lines.map((line) => `  ${line}`), '))'];
}

/** The loops of a map, and what is computed once in each of them. */
export class MapNest {
  readonly #outerHeads: (string | Start)[][];
  readonly #outerLocals = new Map<string, string>();
  /** In how many addresses each term occurs. */
  readonly #termUses = new Map<string, number>();
  readonly #outerIndex: readonly string[];
  /** Symbols that stand for values read from memory. */
  readonly #lookedUp: ReadonlySet<string>;
  /** A parameter of the function for each buffer: maps that differ in nothing else are one function. */
  readonly origins: readonly Origin[];

  constructor(
    private readonly kernel: MapKernel,
    private readonly schedule: MapSchedule,
    readonly code: FunctionCode,
    readonly context: MapFunctionContext,
  ) {
    this.#lookedUp = new Set(kernel.statements.flatMap((each) => (each.kind === 'bindIndex' ? [each.symbol] : [])));
    this.#outerHeads = Array.from({ length: schedule.outer.length + 1 }, () => []);
    const buffers = new Map<Buffer, Dim[]>();
    for (const statement of kernel.statements) {
      if (!('address' in statement)) continue;
      const { buffer, offset } = statement.address;
      buffers.set(buffer, [...(buffers.get(buffer) ?? []), offset]);
    }
    this.origins = [...buffers].map(([buffer, offsets]) => ({ buffer, offset: this.#shared(offsets), parameter: code.vectors.reserve(`${buffer.name}At`) }));
    this.#outerIndex = schedule.outer.map(({ index }) => code.index(index));
  }

  #shared(offsets: readonly Dim[]): Dim {
    const [first = [], ...others] = offsets.map((offset) => this.#terms(offset).map((term) => Dim.fromTerms([term])).filter((term) => this.#isUnchanged(term)));
    return Dim.sum(first.filter((term) => others.every((terms) => terms.some((other) => other.equals(term)))));
  }

  #isUnchanged(dim: Dim): boolean {
    return dim.symbols().every((symbol) => !this.#lookedUp.has(symbol) && !this.kernel.axes.some(({ index }) => index === symbol));
  }

  /** What of an offset an instruction can't hold, in bytes. */
  #terms(offset: Dim): readonly DimTerm[] {
    return this.code.resolve(offset.times(this.code.bytes)).terms.filter((term) => term.atoms.length > 0 || term.coefficient < 0);
  }

  lines(): string[] {
    const { outer, vector } = this.schedule;
    const inner = vector === undefined ? new MapBody(this, this.kernel.statements, this.schedule, 1, undefined).lines() : this.#vectorLoops(vector.index, vector.size);
    const nest = (depth: number): string[] => {
      const axis = outer[depth];
      if (axis === undefined) return [...this.#head(depth), ...inner];
      const index = this.#outerIndex[depth] ?? '';
      const body = nest(depth + 1);
      const end = this.bound(axis.size);
      // Locals are zero when a function is entered.
      const start = depth === 0 ? [] : [`(local.set $${index} (i32.const 0))`];
      return [...this.#head(depth), ...start, ...loopLines(index, end, this.code.resolve(axis.size).isPositive, body, `each_${index}`)];
    };
    return nest(0);
  }

  #vectorLoops(symbol: string, size: Dim): string[] {
    const { vectors } = this.code;
    const lanes = lanesOf[vectors.lane];
    const index = this.code.index(symbol);
    const sums: Sum[] = [];
    const end = this.bound(size);
    const known = this.code.resolve(size).constantValue;
    const whole = known !== undefined && known % lanes === 0;
    const left = whole ? undefined : vectors.local('left', 'i32');
    const body = new MapBody(this, this.kernel.statements, this.schedule, lanes, { index, left, sums }).lines();
    const starts = sums.map(({ local, combine }) => `(local.set $${local} ${vectors.constant(combine === 'sum' ? 0 : -Infinity)})`);
    return [
      ...starts,
      ...(this.schedule.outer.length === 0 ? [] : [`(local.set $${index} (i32.const 0))`]),
      ...whileAny(this.code.resolve(size), end, [
        `(loop $vectors_${index}`,
        ...(left === undefined ? [] : [`(local.set $${left} (i32.sub ${end} (local.get $${index})))`]),
        ...body.map((line) => `  ${line}`),
        `  (br_if $vectors_${index} (i32.lt_s (local.tee $${index} (i32.add (local.get $${index}) (i32.const ${String(lanes)}))) ${end})))`,
      ]),
      ...sums.flatMap((sum) => this.#endOfSum(sum)),
    ];
  }

  /** Adds what has been added up along the lanes to where it belongs. */
  #endOfSum({ local, combine, address }: Sum): string[] {
    const { vectors } = this.code;
    const { shape, lane } = vectors;
    const place = this.address(address);
    const read = (k: number): string => `(${shape}.extract_lane ${String(k)} (local.get $${local}))`;
    const join = (a: string, b: string): string => `(${lane}.${combine === 'sum' ? 'add' : 'max'} ${a} ${b})`;
    const lanes = Array.from({ length: lanesOf[lane] }, (_, k) => read(k));
    const total = lanes.length === 4 ? join(join(lanes[0] ?? '', lanes[1] ?? ''), join(lanes[2] ?? '', lanes[3] ?? '')) : lanes.reduce(join);
    return [...vectors.takeLines(), `(${lane}.store${place.immediate} ${place.text} ${join(`(${lane}.load${place.immediate} ${place.text})`, total)})`];
  }

  /** A bound, which no loop of the map changes: computed at the head of the function. */
  bound(size: Dim): string {
    const text = this.code.dim(size);
    if (isAtom(text)) return text;
    const key = `end|${size.key}`;
    let local = this.#outerLocals.get(key);
    if (local === undefined) {
      local = this.code.vectors.local('end', 'i32');
      this.#outerLocals.set(key, local);
      this.#outerHeads[0]?.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  /** What is computed before one of the outer loops. */
  #head(depth: number): string[] {
    return (this.#outerHeads[depth] ?? []).flatMap((line) => {
      if (typeof line === 'string') return [line];
      const lines: string[] = [];
      const sum = line.terms.map((term) => this.#term(term, lines)).reduce((left, right) => `(i32.add ${left} ${right})`, line.base);
      return [...lines, `(local.set $${line.local} ${sum})`];
    });
  }

  /** A term of an address, computed once for all that it occurs in. */
  #term(term: DimTerm, lines: string[]): string {
    const dim = Dim.fromTerms([term]);
    const text = this.code.dim(dim);
    if (isAtom(text) || this.#termUses.get(dim.key) === 1) return text;
    const key = `term|${dim.key}`;
    let local = this.#outerLocals.get(key);
    if (local === undefined) {
      local = this.code.vectors.local('offset', 'i32');
      this.#outerLocals.set(key, local);
      lines.push(`(local.set $${local} ${text})`);
    }
    return `(local.get $${local})`;
  }

  /** The depth at which a term is known: inside the first k outer loops; undefined where it changes further inside. */
  depthOf(term: DimTerm): number | undefined {
    const symbols = Dim.fromTerms([term]).symbols();
    let depth = 0;
    for (const symbol of symbols) {
      if (this.#lookedUp.has(symbol)) return undefined;
      const k = this.schedule.outer.findIndex((axis) => axis.index === symbol);
      if (k >= 0) depth = Math.max(depth, k + 1);
      else if (!this.code.isFixed(symbol)) return undefined;
    }
    return depth;
  }

  /**
   * Where an element lies: what is known in outer loops is computed there, once; what is constant is part of the instruction.
   * `inner` adds what changes further inside.
   */
  address({ buffer, offset }: Address, inner: (terms: readonly DimTerm[], base: string) => string = (_, base) => base): Place {
    const resolved = this.code.resolve(offset.times(this.code.bytes));
    const immediate = resolved.terms.find((term) => term.atoms.length === 0 && term.coefficient > 0)?.coefficient ?? 0;
    const origin = this.origins.find((each) => each.buffer === buffer);
    if (origin === undefined) throw new Error(`the map does not read or write '${buffer.name}'`);
    const { terms } = Dim.fromTerms(this.#terms(offset)).minus(origin.offset);
    let base = `(local.get $${origin.parameter})`;
    let key = origin.parameter;
    for (let depth = 0; depth <= this.schedule.outer.length; depth++) {
      const own = Dim.fromTerms(terms.filter((term) => this.depthOf(term) === depth));
      if (own.terms.length === 0) continue;
      key += `|${own.key}`;
      const head = this.#outerHeads[depth];
      let local = this.#outerLocals.get(key);
      if (local === undefined) {
        local = this.code.vectors.local(`${buffer.name}At`, 'i32');
        this.#outerLocals.set(key, local);
        head?.push({ local, base, terms: own.terms });
        for (const term of own.terms) {
          const { key: termKey } = Dim.fromTerms([term]);
          this.#termUses.set(termKey, (this.#termUses.get(termKey) ?? 0) + 1);
        }
      }
      base = `(local.get $${local})`;
    }
    const rest = terms.filter((term) => this.depthOf(term) === undefined);
    return { text: rest.length === 0 ? base : inner(rest, base), immediate: immediate === 0 ? '' : ` offset=${String(immediate)}` };
  }
}
