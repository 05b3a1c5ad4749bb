import { matrixVector } from '../array-operations.js';
import { add, div, mul, neg, sub } from '../elementwise-operations.js';
import { Expression } from '../expression.js';
import type { Operand } from '../expression.js';
import { filledWith } from '../initializer.js';
import { parameter } from '../parameters.js';
import { functions } from './functions.js';
import type { BinaryOperator, Equations, Term } from './syntax.js';

type Vector = Expression<readonly [string]>;
type Value = Operand<readonly [string]>;

const operators: Readonly<Record<BinaryOperator, { readonly apply: (a: Value, b: Value) => Vector; readonly number: (a: number, b: number) => number }>> = {
  '+': { apply: add, number: (a, b) => a + b },
  '-': { apply: sub, number: (a, b) => a - b },
  '*': { apply: mul, number: (a, b) => a * b },
  '/': { apply: div, number: (a, b) => a / b },
};

/** Evaluates equations with the functions of the language, in the order in which they are written. */
export class EquationBuilder {
  readonly #values = new Map<string, Value>();
  readonly #parameters = new Map<string, Expression>();
  readonly #initial: ReadonlyMap<string, number | undefined>;

  /** @param given inputs, and states of the previous step */
  constructor(
    equations: Equations,
    private readonly shapes: ReadonlyMap<string, readonly string[]>,
    private readonly inputs: readonly string[],
    private readonly given: Readonly<Record<string, Expression>>,
  ) {
    this.#initial = new Map(equations.shapes.map(({ name, initial }) => [name, initial]));
    for (const { name, value } of equations.equations) this.#values.set(name, this.#evaluate(value));
  }

  valueOf(name: string): Value | undefined {
    return this.#values.get(name);
  }

  #evaluate(term: Term): Value {
    switch (term.kind) {
      case 'number':
        return term.value;
      case 'name': {
        if (term.primed || this.inputs.includes(term.name)) return this.given[term.name] as Vector;
        return this.#values.get(term.name) ?? (this.#parameter(term.name) as Vector);
      }
      case 'negation': {
        const operand = this.#evaluate(term.operand);
        return operand instanceof Expression ? neg(operand) : -operand;
      }
      case 'call':
        return functions[term.name]?.apply(...term.operands.map((operand) => this.#evaluate(operand))) ?? 0;
      case 'product': {
        const matrix = this.#parameter(term.matrix.name) as Expression<readonly [string, string]>;
        return matrixVector(matrix, this.#evaluate(term.vector) as Vector);
      }
      case 'binary': {
        const [left, right] = [this.#evaluate(term.left), this.#evaluate(term.right)];
        const { apply, number } = operators[term.operator];
        return typeof left === 'number' && typeof right === 'number' ? number(left, right) : apply(left, right);
      }
    }
  }

  #parameter(name: string): Expression {
    const known = this.#parameters.get(name);
    if (known !== undefined) return known;
    const initial = this.#initial.get(name);
    const made = parameter(name, this.shapes.get(name) ?? [], initial === undefined ? undefined : filledWith(initial));
    this.#parameters.set(name, made);
    return made;
  }
}
