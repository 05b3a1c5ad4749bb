import type { EquationSource } from './equation-error.js';
import { functions, isFunction } from './functions.js';
import type { BinaryOperator, Equation, Equations, NamedSpan, ShapeDeclaration, Span, Term } from './syntax.js';
import { tokensOf } from './tokens.js';
import type { Token } from './tokens.js';

/**
 * Reads equations by recursive descent:
 *
 *     statement = "cell" name | ("input" | "output") names | names ":" shape ["=" number] | name "=" sum
 *     sum       = quotient { ("+" | "-") quotient }
 *     quotient  = product { ("*" | "/") product }
 *     product   = "-" product | factor { factor }                  (a matrix or a number in front of each but the last)
 *     factor    = number | name ["'"] | function "(" sum { "," sum } ")" | "(" sum ")"
 *
 * @throws DeclarationError at the first word or sign that does not fit
 */
export function parseEquations(source: EquationSource): Equations {
  return new Parser(source).equations();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(private readonly source: EquationSource) {
    this.#tokens = tokensOf(source);
  }

  equations(): Equations {
    const inputs: NamedSpan[] = [];
    const outputs: NamedSpan[] = [];
    const shapes: ShapeDeclaration[] = [];
    const equations: Equation[] = [];
    let name: string | undefined;
    while (this.#next.kind !== 'end') {
      const [first, second] = [this.#next, this.#tokens[this.#at + 1]];
      const isWord = first.kind === 'name' && second?.kind === 'name';
      if (isWord && first.text === 'cell') {
        if (name !== undefined) throw this.source.error(first.start, `the cell is called '${name}' already`);
        this.#take();
        name = this.#name('the name of the cell').name;
      } else if (isWord && (first.text === 'input' || first.text === 'output')) {
        this.#take();
        const names = this.#names();
        (first.text === 'input' ? inputs : outputs).push(...names);
        if (this.#next.text === ':') shapes.push(...this.#shape(names));
      } else {
        const names = this.#names();
        const [only] = names;
        if (names.length > 1 || this.#next.text === ':') shapes.push(...this.#shape(names));
        else if (only !== undefined) equations.push(this.#equation(only));
      }
      if (this.#next.kind !== 'line') throw this.#unexpected('the end of the line or an operator');
      this.#take();
    }
    if (name === undefined) throw this.source.error(0, `the cell has no name; write a line 'cell …' first`);
    return { name, inputs, outputs, shapes, equations };
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', start: this.source.text.length, end: this.source.text.length };
  }

  #take(): Token {
    const token = this.#next;
    this.#at++;
    return token;
  }

  #expect(text: string): Token {
    if (this.#next.text !== text || this.#next.kind !== 'symbol') throw this.#unexpected(`'${text}'`);
    return this.#take();
  }

  #unexpected(wanted: string): Error {
    const { kind, text, start } = this.#next;
    const found = kind === 'end' ? 'the end' : kind === 'line' ? 'the end of the line' : `'${text}'`;
    return this.source.error(start, `expected ${wanted}, found ${found}`);
  }

  #name(what: string): NamedSpan {
    if (this.#next.kind !== 'name') throw this.#unexpected(what);
    const { text, start, end } = this.#take();
    return { name: text, start, end };
  }

  #names(): NamedSpan[] {
    const names = [this.#name('a name')];
    while (this.#next.text === ',') {
      this.#take();
      names.push(this.#name('a name'));
    }
    return names;
  }

  #is(text: string): boolean {
    return this.#next.text === text;
  }

  /** `: [H, I]` or `: [H] = 1`, for each of the names. */
  #shape(names: readonly NamedSpan[]): ShapeDeclaration[] {
    this.#expect(':');
    this.#expect('[');
    const shape: string[] = [];
    while (this.#next.text !== ']') {
      if (shape.length > 0) this.#expect(',');
      let dim = '';
      while (this.#next.kind === 'name' || this.#next.kind === 'number' || this.#next.text === '+') dim += this.#take().text;
      if (dim === '') throw this.#unexpected('a dim');
      shape.push(dim);
    }
    this.#expect(']');
    let initial: number | undefined;
    if (this.#is('=')) {
      this.#take();
      const sign = this.#is('-') ? (this.#take(), -1) : 1;
      if (this.#next.kind !== 'number') throw this.#unexpected('a number');
      initial = sign * Number(this.#take().text);
    }
    return names.map((name) => ({ ...name, shape, initial }));
  }

  #equation(name: NamedSpan): Equation {
    if (this.#next.text === "'") throw this.source.error(this.#next.start, `an equation gives the new value; write ${name.name} = …`);
    if (this.#next.text !== '=') throw this.#unexpected(`'=' or ':'`);
    this.#take();
    const value = this.#sum();
    return { name: name.name, value, start: name.start, end: value.end };
  }

  #sum(): Term {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#product()));
  }

  /** Operands from left to right. */
  #chain(operators: readonly BinaryOperator[], operand: () => Term): Term {
    let left = operand();
    for (;;) {
      const operator = operators.find((each) => each === this.#next.text);
      if (operator === undefined) return left;
      this.#take();
      const right = operand();
      left = { kind: 'binary', operator, left, right, ...spanOf(left, right) };
    }
  }

  #product(): Term {
    if (this.#next.text === '-') {
      const { start } = this.#take();
      const operand = this.#product();
      return { kind: 'negation', operand, start, end: operand.end };
    }
    const first = this.#factor();
    if (!this.#startsFactor()) return first;
    const rest = this.#product();
    if (first.kind === 'number') return { kind: 'binary', operator: '*', left: first, right: rest, ...spanOf(first, rest) };
    if (first.kind === 'name' && !first.primed) return { kind: 'product', matrix: first, vector: rest, ...spanOf(first, rest) };
    throw this.source.error(rest.start, `expected an operator: only a matrix or a number may stand right in front of a factor`);
  }

  #startsFactor(): boolean {
    const { kind, text } = this.#next;
    return kind === 'name' || kind === 'number' || text === '(';
  }

  #factor(): Term {
    const token = this.#next;
    if (token.kind === 'number') {
      this.#take();
      return { kind: 'number', value: Number(token.text), start: token.start, end: token.end };
    }
    if (token.text === '(') {
      this.#take();
      const inner = this.#sum();
      return { ...inner, start: token.start, end: this.#expect(')').end };
    }
    const { name, start, end } = this.#name('a number, a name or a parenthesis');
    if (isFunction(name) && this.#next.text === '(') return this.#call(name, start);
    if (this.#next.text !== "'") return { kind: 'name', name, primed: false, start, end };
    return { kind: 'name', name, primed: true, start, end: this.#take().end };
  }

  #call(name: string, start: number): Term {
    this.#expect('(');
    const operands = [this.#sum()];
    while (this.#next.text === ',') {
      this.#take();
      operands.push(this.#sum());
    }
    const { end } = this.#expect(')');
    const wanted = functions[name]?.operands ?? 1;
    if (operands.length !== wanted) {
      throw this.source.error(start, `${name} takes ${String(wanted)} operand${wanted === 1 ? '' : 's'}, not ${String(operands.length)}`);
    }
    return { kind: 'call', name, operands, start, end };
  }
}

const spanOf = (left: Span, right: Span): Span => ({ start: left.start, end: right.end });
