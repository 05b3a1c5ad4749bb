import type { Dim, DimAtom } from '../../graph/dim.js';
import type { Header } from './header.js';
import { bytesOf } from './vector-code.js';
import type { FunctionVectors } from './vector-code.js';

/**
 * One WebAssembly function while it is written: its vectors, and its integers. Sizes and region starts are read from the
 * header when the function is entered, so that no loop reads them again.
 */
export class FunctionCode {
  readonly #loaded = new Map<string, string>();
  readonly #known = new Map<string, string>();
  readonly #read = new Set<string>();

  constructor(
    readonly vectors: FunctionVectors,
    private readonly header: Header,
    /** Indices of the loops around the function, which it is given. */
    private readonly parameters: readonly string[],
  ) {
    for (const name of parameters) this.#known.set(name, vectors.reserve(name));
  }

  get bytes(): 4 | 8 {
    return bytesOf[this.vectors.lane];
  }

  /** Declares an integer local for a loop index. */
  index(symbol: string): string {
    const name = this.vectors.local(symbol, 'i32');
    this.#known.set(symbol, name);
    return name;
  }

  symbol(symbol: string): string {
    const own = this.#known.get(symbol);
    this.#read.add(symbol);
    if (own !== undefined) return `(local.get $${own})`;
    const constant = this.header.constant(symbol);
    if (constant !== undefined) return `(i32.const ${String(constant)})`;
    let name = this.#loaded.get(symbol);
    if (name === undefined) {
      name = this.vectors.local(symbol.replace('@', ''), 'i32');
      this.#loaded.set(symbol, name);
    }
    return `(local.get $${name})`;
  }

  /** A dim with the sizes put in that are known. */
  resolve(dim: Dim): Dim {
    return this.header.resolve(dim);
  }

  /** Whether a symbol has the same value throughout the function. */
  isFixed(symbol: string): boolean {
    return !this.#known.has(symbol) || this.parameters.includes(symbol);
  }

  /** An integer expression. */
  dim(source: Dim): string {
    const dim = this.header.resolve(source);
    let sum: string | undefined;
    for (const { coefficient, atoms } of dim.terms) {
      let term = atoms.length === 0 ? undefined : atoms.map((atom) => this.#atom(atom)).reduce((left, right) => `(i32.mul ${left} ${right})`);
      if (term === undefined) term = `(i32.const ${String(coefficient)})`;
      else if (coefficient !== 1) term = scaled(term, coefficient);
      sum = sum === undefined ? term : `(i32.add ${sum} ${term})`;
    }
    return sum ?? '(i32.const 0)';
  }

  /** The same in bytes. */
  byteCount(dim: Dim): string {
    return this.dim(dim.times(this.bytes));
  }

  #atom(atom: DimAtom): string {
    if (atom.kind === 'symbol') return this.symbol(atom.name);
    return `(i32.div_s (i32.add ${this.dim(atom.numerator)} (i32.const ${String(atom.divisor - 1)})) (i32.const ${String(atom.divisor)}))`;
  }

  /** Those of the indices that it is given that it has read up to now. */
  get readParameters(): readonly string[] {
    return this.parameters.filter((parameter) => this.#read.has(parameter));
  }

  /** The whole function, from what stands in it; `parameters` are the indices that it is given. */
  text(name: string, body: readonly string[], parameters = this.parameters, signature: readonly string[] = []): string[] {
    const loads = [...this.#loaded]
      .map(([symbol, local]) => ({ local, offset: this.header.offset(symbol) }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ local, offset }) => `(local.set $${local} (i32.load offset=${String(offset)} (i32.const 0)))`);
    const given = parameters.map((parameter) => `(param $${this.#known.get(parameter) ?? parameter} i32)`);
    const { declarations, constants } = this.vectors.preamble();
    // In the place of the index that other functions have: what they compute alike then has the same numbers, and compresses.
    if (given.length + signature.length === 0) declarations.unshift(`(local $${this.vectors.reserve('none')} i32)`);
    return [`(func $${name}${[...given, ...signature].map((each) => ` ${each}`).join('')}`, ...[...declarations, ...loads, ...constants, ...body].map((line) => `  ${line}`), ')'];
  }
}

function scaled(text: string, factor: number): string {
  const shift = Math.log2(factor);
  return Number.isInteger(shift) ? `(i32.shl ${text} (i32.const ${String(shift)}))` : `(i32.mul ${text} (i32.const ${String(factor)}))`;
}

/** A loop whose index goes on from where it is, one by one, to an end; `isAny` tells that it runs at least once. */
export function loopLines(index: string, end: string, isAny: boolean, body: readonly string[], label: string): string[] {
  const lines = [`(loop $${label}`, ...body.map((line) => `  ${line}`), `  (br_if $${label} (i32.lt_s (local.tee $${index} (i32.add (local.get $${index}) (i32.const 1))) ${end})))`];
  return isAny ? lines : [`(if (i32.lt_s (local.get $${index}) ${end}) (then`, ...lines.map((line) => `  ${line}`), '))'];
}

/** Whether an expression is no longer than what reads a local. */
export function isAtom(text: string): boolean {
  return /^\((local\.get|i32\.const) [^()]*\)$/.test(text);
}
