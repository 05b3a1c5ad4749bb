import type { Dim, DimAtom } from '../../graph/dim.js';
import { freshName } from '../../graph/fresh-name.js';

/** Words that a name in generated code can't be: TypeScript's reserved words, and globals that the code uses. */
const reservedWords = new Set(
  ('break case catch class const continue debugger default delete do else enum export extends false finally for function if ' +
    'import in instanceof new null return super switch this throw true try typeof var void while with implements interface let ' +
    'package private protected public static yield await async of arguments eval undefined NaN Infinity Math Array Object Error ' +
    'RangeError TypeError Float32Array Float64Array ArrayBuffer Number memory arena sigmoid softplus exponential hyperbolicTangent powerOfTwoMinusOne powersOfTwo pack fromZero fromTarget product1 product2 product3 product4 batch steps').split(' '),
);

/** A name that is fit for code: reserved words get an underscore. */
export function escapeName(name: string): string {
  return reservedWords.has(name) ? `${name}_` : name;
}

/** The names taken in one function of generated code. */
export class Scope {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** A new name, as close to the wanted one as possible. */
  fresh(wanted: string): string {
    return freshName(this.#taken, escapeName(wanted));
  }

  inner(): Scope {
    return new Scope(this.#taken);
  }
}

/** How the sizes and loop indices of dims are called in the code. */
export type SymbolNames = (symbol: string) => string;

/** A dim as TypeScript. `tight` puts parentheses around sums. */
export function dimCode(dim: Dim, names: SymbolNames, tight = false): string {
  const atom = (a: DimAtom): string =>
    a.kind === 'symbol' ? names(a.name) : `Math.ceil(${dimCode(a.numerator, names, true)} / ${String(a.divisor)})`;
  const terms = dim.terms.map(({ coefficient, atoms }) => {
    const factors = [...(Math.abs(coefficient) === 1 && atoms.length > 0 ? [] : [String(Math.abs(coefficient))]), ...atoms.map(atom)];
    return { negative: coefficient < 0, text: factors.join(' * ') };
  });
  if (terms.length === 0) return '0';
  // A leading minus reads worse than a subtraction.
  const ordered = [...terms.filter((term) => !term.negative), ...terms.filter((term) => term.negative)];
  const text = ordered.map(({ negative, text: term }, k) => (k === 0 ? `${negative ? '-' : ''}${term}` : ` ${negative ? '-' : '+'} ${term}`)).join('');
  return tight && (terms.length > 1 || text.startsWith('-')) ? `(${text})` : text;
}
