import type { EquationSource } from './equation-error.js';
import type { Equations, NamedSpan, NameTerm, Span, Term } from './syntax.js';

/** The shape of each name: vectors have one dim, matrices two. Values that are numbers have none. */
export interface InferredShapes {
  readonly shapes: ReadonlyMap<string, readonly string[]>;
  readonly states: readonly string[];
  readonly inputs: readonly string[];
}

/**
 * Finds shapes from use: operands of an elementwise operation have one size, a matrix has as many columns as what it multiplies has
 * elements. The input is `x` of size I unless others are declared; a size that nothing tells is H.
 *
 * @throws DeclarationError for sizes that contradict one another, for two sizes that nothing tells, and for names that have
 *   no meaning where they stand
 */
export function inferShapes(source: EquationSource, equations: Equations): InferredShapes {
  return new Inference(source, equations).run();
}

/** The index of a size; those that are known to be equal share a representative. */
type Size = number;

class Inference {
  readonly #parents: Size[] = [];
  readonly #names = new Map<Size, string>();
  readonly #shapes = new Map<string, readonly Size[]>();
  readonly #matrices = new Set<string>();
  readonly #numbers = new Set<string>();
  readonly #defined: ReadonlySet<string>;
  readonly #states = new Set<string>();
  readonly #firstUse = new Map<string, Span>();

  constructor(
    private readonly source: EquationSource,
    private readonly given: Equations,
  ) {
    this.#defined = new Set(given.equations.map(({ name }) => name));
  }

  run(): InferredShapes {
    const { equations, shapes, inputs: declared } = this.given;
    const inputs = declared.length > 0 ? declared.map(({ name }) => name) : ['x'];
    for (const { name, shape, start } of shapes) {
      if (this.#shapes.has(name)) throw this.source.error(start, `the shape of ${name} is declared twice`);
      this.#shapes.set(name, shape.map((dim) => this.#known(dim)));
    }
    for (const name of inputs) if (!this.#shapes.has(name)) this.#shapes.set(name, [this.#known('I')]);
    for (const { value } of equations) this.#findMatrices(value);
    const done = new Set<string>();
    for (const { name, value, start } of equations) {
      if (done.has(name)) throw this.source.error(start, `${name} has an equation already`);
      if (inputs.includes(name)) throw this.source.error(start, `${name} is an input; it has no equation`);
      this.#equation(name, value, done);
      done.add(name);
    }
    for (const name of this.#states) {
      if (this.#numbers.has(name)) throw this.source.error(this.#firstUse.get(name)?.start ?? 0, `the state ${name} is a number; its size is not known`);
    }
    return { shapes: this.#named(), states: [...this.#states], inputs };
  }

  #equation(name: string, value: Term, done: ReadonlySet<string>): void {
    const size = this.#sizeOf(value, done);
    const known = this.#shapes.get(name);
    if (size === undefined) this.#numbers.add(name);
    else if (known === undefined) this.#shapes.set(name, [size]);
    else if (known.length !== 1 || !this.#unify(known[0] ?? size, size)) {
      throw this.source.error(value.start, `${name} is [${known.map((each) => this.#text(each)).join(', ')}], but its equation gives [${this.#text(size)}]`);
    }
  }

  /** What stands right in front of a factor is a matrix, everywhere. */
  #findMatrices(term: Term): void {
    if (term.kind === 'product') {
      const { name, start } = term.matrix;
      if (this.#defined.has(name)) throw this.source.error(start, `${name} is a vector, so it can't multiply a vector; write ${name} * … for the elementwise product`);
      this.#matrices.add(name);
    }
    for (const part of partsOf(term)) this.#findMatrices(part);
  }

  /** The size of a vector; undefined for a number. */
  #sizeOf(term: Term, done: ReadonlySet<string>): Size | undefined {
    switch (term.kind) {
      case 'number':
        return undefined;
      case 'name':
        return this.#vector(term, done);
      case 'negation':
        return this.#sizeOf(term.operand, done);
      case 'call':
        return this.#same(term.operands, `the operands of ${term.name}`, done);
      case 'binary':
        return this.#same([term.left, term.right], `both sides of ${term.operator}`, done);
      case 'product': {
        const [rows, columns] = this.#shape(term.matrix, 2);
        const size = this.#sizeOf(term.vector, done);
        if (size === undefined) throw this.source.error(term.vector.start, `${term.matrix.name} multiplies a vector, not a number`);
        if (columns === undefined || !this.#unify(columns, size)) {
          throw this.source.error(
            term.start,
            `${term.matrix.name} is [${this.#text(rows ?? size)}, ${this.#text(columns ?? size)}], but ${this.#slice(term.vector)} is [${this.#text(size)}]`,
          );
        }
        return rows;
      }
    }
  }

  #same(terms: readonly Term[], what: string, done: ReadonlySet<string>): Size | undefined {
    let first: { readonly term: Term; readonly size: Size } | undefined;
    for (const term of terms) {
      const size = this.#sizeOf(term, done);
      if (size === undefined) continue;
      if (first === undefined) first = { term, size };
      else if (!this.#unify(first.size, size)) {
        const [left, right] = [first, { term, size }].map((each) => `${this.#slice(each.term)} is [${this.#text(each.size)}]`);
        throw this.source.error(term.start, `${what} have one size: ${String(left)}, but ${String(right)}`);
      }
    }
    return first?.size;
  }

  #vector(term: NameTerm, done: ReadonlySet<string>): Size | undefined {
    const { name, primed, start } = term;
    if (!this.#firstUse.has(name)) this.#firstUse.set(name, term);
    if (primed) {
      if (!this.#defined.has(name)) throw this.source.error(start, `${name}' is the value of the previous step, but ${name} has no equation`);
      this.#states.add(name);
    } else if (this.#defined.has(name) && !done.has(name)) {
      throw this.source.error(start, `${name} is used before its equation; write ${name}' for the value of the previous step`);
    }
    if (!primed && this.#numbers.has(name)) return undefined;
    return this.#shape(term, 1)[0];
  }

  #shape(term: NameTerm, rank: 1 | 2): readonly Size[] {
    const { name, start } = term;
    if (rank === 1 && this.#matrices.has(name)) {
      throw this.source.error(start, `${name} is a matrix elsewhere; expected what it multiplies behind it`);
    }
    if (!this.#firstUse.has(name)) this.#firstUse.set(name, term);
    const found = this.#shapes.get(name) ?? Array.from({ length: rank }, () => this.#fresh());
    this.#shapes.set(name, found);
    if (found.length === rank) return found;
    const shape = `[${found.map((each) => this.#text(each)).join(', ')}]`;
    throw this.source.error(start, `${name} is ${shape}; expected a ${rank === 1 ? 'vector' : 'matrix'} here`);
  }

  /** The names of all sizes; the one that nothing tells is H. */
  #named(): Map<string, string[]> {
    const open = new Map<Size, string>();
    for (const [name, shape] of this.#shapes) {
      for (const size of shape) {
        const root = this.#root(size);
        if (!this.#names.has(root) && !open.has(root)) open.set(root, name);
      }
    }
    const [, second] = open.values();
    if (second !== undefined) {
      const use: Span | NamedSpan | undefined = this.#firstUse.get(second);
      throw this.source.error(use?.start ?? 0, `nothing tells a size of ${second}; declare its shape: ${second}: [${this.#shapes.get(second)?.length === 2 ? 'P, H' : 'P'}]`);
    }
    for (const size of open.keys()) this.#names.set(size, 'H');
    return new Map([...this.#shapes].map(([name, shape]) => [name, shape.map((size) => this.#text(size))]));
  }

  #fresh(): Size {
    return this.#parents.push(this.#parents.length) - 1;
  }

  #known(dim: string): Size {
    const found = [...this.#names].find(([, name]) => name === dim);
    if (found !== undefined) return found[0];
    const size = this.#fresh();
    this.#names.set(size, dim);
    return size;
  }

  #root(size: Size): Size {
    const parent = this.#parents[size] ?? size;
    return parent === size ? size : this.#root(parent);
  }

  /** Makes two sizes one; false where both have names that differ. */
  #unify(a: Size, b: Size): boolean {
    const [left, right] = [this.#root(a), this.#root(b)];
    if (left === right) return true;
    const [known, open] = this.#names.has(left) ? [left, right] : [right, left];
    if (this.#names.has(open)) return false;
    this.#parents[open] = known;
    return true;
  }

  #text(size: Size): string {
    return this.#names.get(this.#root(size)) ?? '?';
  }

  #slice({ start, end }: Span): string {
    return this.source.text.slice(start, end).replace(/\s+/g, ' ');
  }
}

function partsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'number':
    case 'name':
      return [];
    case 'negation':
      return [term.operand];
    case 'call':
      return term.operands;
    case 'binary':
      return [term.left, term.right];
    case 'product':
      return [term.vector];
  }
}
