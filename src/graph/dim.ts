/**
 * A dim is an integer expression in canonical form: `4H`, `I+H`, `T+1`, `2L+1`, `ceil(T/3)`.
 *
 * The same expressions serve as shapes, loop bounds, addresses and byte counts, so that fixing a size at build time is
 * substitution and nothing downstream asks whether a size is fixed. A dim is a polynomial over atoms with integer
 * coefficients; equal polynomials have equal keys.
 */

/** A factor that can't be taken apart: a named size, a loop index, or a rounded-up quotient. */
export type DimAtom =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'ceilDiv'; readonly numerator: Dim; readonly divisor: number };

export interface DimTerm {
  readonly coefficient: number;
  readonly atoms: readonly DimAtom[];
}

/** A term with sorted atoms, and a key that is equal exactly for equal atoms: `H*I`, or nothing where there are none. */
interface Monomial extends DimTerm {
  readonly key: string;
}

/** What a user may write where a dim is expected: `4`, `'H'`, `'4H'`, `'I+H'`, `'ceil(T/3)'`. */
export type DimLike = Dim | number | string;

/** Values of the symbols: `{ I: 3, H: 8, B: 2, T: 5 }`. */
export type Sizes = Readonly<Record<string, number>>;

export class Dim {
  #key: string | undefined;
  #symbols: readonly string[] | undefined;

  private constructor(
    /** Sorted, of different monomials, none with a zero coefficient. */
    readonly terms: readonly Monomial[],
  ) {}

  /** The text of the dim, equal exactly for equal polynomials. */
  get key(): string {
    return (this.#key ??= this.terms.length === 0 ? '0' : this.terms.map(printTerm).join('+').replaceAll('+-', '-'));
  }

  static readonly zero = new Dim([]);
  static readonly one = Dim.constant(1);

  static constant(value: number): Dim {
    if (!Number.isSafeInteger(value)) throw new RangeError(`a dim must be an integer, not ${String(value)}`);
    return new Dim(constantTerm(value));
  }

  static symbol(name: string): Dim {
    return new Dim([{ coefficient: 1, atoms: [{ kind: 'symbol', name }], key: name }]);
  }

  /**
   * `ceil(numerator / divisor)`, exact where the quotient is. What divides evenly is taken out (`ceil((2T+3)/2)` is
   * `T+2`), and so are common factors and quotients of quotients, so that equal window counts get equal keys.
   */
  static ceilDiv(numerator: Dim, divisor: number): Dim {
    if (!Number.isSafeInteger(divisor) || divisor < 1) {
      throw new RangeError(`a dim is divided by a positive integer, not by ${String(divisor)}`);
    }
    const scaled = (dim: Dim, scale: (coefficient: number) => number): Dim =>
      Dim.fromTerms(dim.terms.map((term) => ({ ...term, coefficient: scale(term.coefficient) })));
    const whole = scaled(numerator, (coefficient) => Math.floor(coefficient / divisor));
    const rest = numerator.minus(whole.times(divisor));
    if (rest.constantValue !== undefined) return whole.plus(Math.ceil(rest.constantValue / divisor));
    const varying = rest.terms.filter((term) => term.atoms.length > 0);
    const factor = varying.reduce((common, term) => greatestCommonDivisor(common, term.coefficient), divisor);
    if (factor > 1) return whole.plus(Dim.ceilDiv(scaled(rest, (coefficient) => Math.ceil(coefficient / factor)), divisor / factor));
    const [first, ...others] = varying;
    const [atom, ...further] = first?.atoms ?? [];
    if (atom?.kind === 'ceilDiv' && first?.coefficient === 1 && further.length === 0 && others.length === 0) {
      const offset = rest.minus(Dim.fromTerms([first]));
      return whole.plus(Dim.ceilDiv(atom.numerator.plus(offset.times(atom.divisor)), atom.divisor * divisor));
    }
    const quotient: DimAtom = { kind: 'ceilDiv', numerator: rest, divisor };
    return whole.plus(new Dim([{ coefficient: 1, atoms: [quotient], key: atomKey(quotient) }]));
  }

  /** Reads what a user wrote; throws a `RangeError` that quotes it when it is no dim. */
  static from(source: DimLike): Dim {
    if (source instanceof Dim) return source;
    return typeof source === 'number' ? Dim.constant(source) : parseDim(source);
  }

  static sum(dims: Iterable<Dim>): Dim {
    let total = Dim.zero;
    for (const dim of dims) total = total.plus(dim);
    return total;
  }

  static product(dims: Iterable<Dim>): Dim {
    let total = Dim.one;
    for (const dim of dims) total = total.times(dim);
    return total;
  }

  /** Equal polynomials get equal keys. */
  static fromTerms(terms: readonly DimTerm[]): Dim {
    return Dim.collect(terms.map(({ coefficient, atoms }) => monomial(coefficient, atoms)));
  }

  /** Adds up equal monomials, drops zeros and sorts. */
  private static collect(terms: readonly Monomial[]): Dim {
    const collected = new Map<string, Monomial>();
    for (const term of terms) {
      const coefficient = (collected.get(term.key)?.coefficient ?? 0) + term.coefficient;
      collected.set(term.key, { ...term, coefficient });
    }
    return new Dim([...collected.values()].filter(({ coefficient }) => coefficient !== 0).sort(compareTerms));
  }

  /** The value when no symbol occurs in it. */
  get constantValue(): number | undefined {
    const [first] = this.terms;
    if (first === undefined) return 0;
    // The constant term comes last.
    return first.atoms.length === 0 ? first.coefficient : undefined;
  }

  equals(other: Dim): boolean {
    return this.key === other.key;
  }

  plus(other: DimLike): Dim {
    const right = Dim.from(other);
    if (right.terms.length === 0) return this;
    if (this.terms.length === 0) return right;
    return new Dim(mergedTerms(this.terms, right.terms));
  }

  minus(other: DimLike): Dim {
    return this.plus(Dim.from(other).times(-1));
  }

  times(other: DimLike): Dim {
    const right = Dim.from(other);
    const factor = right.constantValue;
    if (factor !== undefined) return this.scaled(factor);
    const own = this.constantValue;
    if (own !== undefined) return right.scaled(own);
    return Dim.collect(this.terms.flatMap((a) => right.terms.map((b) => productTerm(a, b))));
  }

  private scaled(factor: number): Dim {
    if (factor === 1) return this;
    if (factor === 0) return Dim.zero;
    return new Dim(this.terms.map((term) => ({ ...term, coefficient: term.coefficient * factor })));
  }

  /** The symbols that occur, sorted. */
  symbols(): readonly string[] {
    if (this.#symbols === undefined) {
      const names = new Set<string>();
      for (const { atoms } of this.terms) {
        for (const atom of atoms) {
          if (atom.kind === 'symbol') names.add(atom.name);
          else for (const name of atom.numerator.symbols()) names.add(name);
        }
      }
      this.#symbols = [...names].sort(compare);
    }
    return this.#symbols;
  }

  /** Whether it is at least one for all sizes, as `T` is and `T-1` is not. */
  get isPositive(): boolean {
    return this.terms.length > 0 && this.terms.every(({ coefficient }) => coefficient > 0);
  }

  /** Replaces symbols by dims; those not named stay. */
  substitute(replacements: ReadonlyMap<string, Dim>): Dim {
    if (!this.symbols().some((name) => replacements.has(name))) return this;
    const value = (atom: DimAtom): Dim =>
      atom.kind === 'symbol'
        ? (replacements.get(atom.name) ?? Dim.symbol(atom.name))
        : Dim.ceilDiv(atom.numerator.substitute(replacements), atom.divisor);
    return Dim.sum(this.terms.map((term) => Dim.product(term.atoms.map(value)).times(term.coefficient)));
  }

  /** The number; throws a `RangeError` that names a symbol without a size. */
  evaluate(sizes: Sizes): number {
    const value = (atom: DimAtom): number => {
      if (atom.kind === 'ceilDiv') return Math.ceil(atom.numerator.evaluate(sizes) / atom.divisor);
      const size = sizes[atom.name];
      if (size === undefined) throw new RangeError(`no size given for the dim '${atom.name}' of '${this.key}'`);
      return size;
    };
    return this.terms.reduce(
      (total, term) => total + term.atoms.reduce((product, atom) => product * value(atom), term.coefficient),
      0,
    );
  }

  toString(): string {
    return this.key;
  }
}

export function printShape(shape: readonly Dim[]): string {
  return `[${shape.map((dim) => dim.key).join(', ')}]`;
}

export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim.key === b[axis]?.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function atomKey(atom: DimAtom): string {
  if (atom.kind === 'symbol') return atom.name;
  const { key, terms } = atom.numerator;
  return `ceil(${terms.length > 1 ? `(${key})` : key}/${String(atom.divisor)})`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}

function constantTerm(value: number): Monomial[] {
  return value === 0 ? [] : [{ coefficient: value, atoms: [], key: '' }];
}

function monomial(coefficient: number, atoms: readonly DimAtom[]): Monomial {
  const sorted = [...atoms].sort((a, b) => compare(atomKey(a), atomKey(b)));
  return { coefficient, atoms: sorted, key: sorted.map(atomKey).join('*') };
}

function productTerm(a: Monomial, b: Monomial): Monomial {
  const coefficient = a.coefficient * b.coefficient;
  if (a.atoms.length === 0) return { ...b, coefficient };
  if (b.atoms.length === 0) return { ...a, coefficient };
  return monomial(coefficient, [...a.atoms, ...b.atoms]);
}

/** The sum of two sorted lists of terms. */
function mergedTerms(a: readonly Monomial[], b: readonly Monomial[]): Monomial[] {
  const merged: Monomial[] = [];
  let k = 0;
  for (const term of a) {
    for (let other = b[k]; other !== undefined && compareTerms(other, term) < 0; other = b[++k]) merged.push(other);
    const same = b[k];
    if (same?.key !== term.key) {
      merged.push(term);
      continue;
    }
    k++;
    const coefficient = term.coefficient + same.coefficient;
    if (coefficient !== 0) merged.push({ ...term, coefficient });
  }
  return [...merged, ...b.slice(k)];
}

/** Those with more atoms first, so that the constant comes last. */
function compareTerms(a: Monomial, b: Monomial): number {
  return b.atoms.length - a.atoms.length || compare(a.key, b.key);
}

function printTerm({ coefficient, key }: Monomial): string {
  if (key === '') return String(coefficient);
  if (coefficient === 1) return key;
  return coefficient === -1 ? `-${key}` : `${String(coefficient)}${key}`;
}

/**
 * sum := ['-'] product (('+' | '-') product)*; product := atom (['*'] atom)*;
 * atom := number | name | '(' sum ')' | ceil(sum/number).
 */
function parseDim(source: string): Dim {
  const tokens = source.match(/[A-Za-z_][A-Za-z0-9_]*|\d+|[+\-*()/]|\S/g) ?? [];
  let at = 0;
  const fail = (): never => {
    throw new RangeError(`'${source}' is no dim: write a sum of products of names and integers, like '4H' or 'I+H'`);
  };
  const expect = (token: string): void => {
    if (tokens[at++] !== token) fail();
  };
  const atom = (): Dim => {
    const token = tokens[at++] ?? fail();
    if (/^\d/.test(token)) return Dim.constant(Number(token));
    if (token === '(') {
      const inner = sum();
      expect(')');
      return inner;
    }
    if (token === 'ceil' && tokens[at] === '(') {
      at++;
      const numerator = sum();
      expect('/');
      const divisor = tokens[at++] ?? '';
      expect(')');
      return /^[1-9]\d*$/.test(divisor) ? Dim.ceilDiv(numerator, Number(divisor)) : fail();
    }
    return /^[A-Za-z_]/.test(token) ? Dim.symbol(token) : fail();
  };
  const product = (): Dim => {
    let result = atom();
    while (tokens[at] === '*' || /^[A-Za-z_\d]/.test(tokens[at] ?? '')) {
      if (tokens[at] === '*') at++;
      result = result.times(atom());
    }
    return result;
  };
  const sum = (): Dim => {
    const negative = tokens[at] === '-';
    if (negative) at++;
    let result = product();
    if (negative) result = result.times(-1);
    while (tokens[at] === '+' || tokens[at] === '-') {
      result = tokens[at++] === '+' ? result.plus(product()) : result.minus(product());
    }
    return result;
  };
  const result = sum();
  return at === tokens.length ? result : fail();
}
