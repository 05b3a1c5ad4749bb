import { Dim, printShape, sameShape } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { GraphBuilder } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Dtype, LazyLocation, Node, ValueType } from '../graph/node.js';
import { input } from '../ops/input.js';
import { elementText } from '../report/text.js';
import { DeclarationError } from './declaration-error.js';
import { Expression } from './expression.js';
import type { Initializer } from './initializer.js';
import { callerLocation, lazyCallerLocation, locationOf } from './location.js';
import { checkName } from './names.js';

/** A trained value, and how it starts out. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly initializer: Initializer;
  readonly location: LazyLocation;
}

/** The initial state that one sequence of a model starts from, and the output that is its final state. */
export interface StateDeclaration {
  readonly name: string;
  readonly shape: readonly Dim[];
  /** Of a learned initial state: the input, an index, that says whether the sequence starts from it (1) or from what is given (0). */
  readonly fresh?: string;
}

/** What the indices of an input stand for. */
export interface IndexRange {
  /** They are less than this. */
  readonly size: Dim;
  /** Besides, they may be this. */
  readonly except?: number | undefined;
}

/** How many definitions may stand inside one another. */
const deepestNesting = 50;
const endless = 'its functions call one another without end; a definition is made of finitely many operations';

/** What a definition has declared so far; one exists while the user's function runs. */
export class Declaration {
  readonly builder = new GraphBuilder();
  readonly parameters = new Map<string, ParameterDeclaration>();
  readonly states = new Map<string, StateDeclaration>();
  /** Final states of a model, by state name. */
  readonly finals = new Map<string, Node>();
  /** Pre-activations of a named gate: the first function applied to one is called like the gate. */
  readonly gates = new Map<Node, string>();
  /** What the indices of inputs stand for, where no look-up tells: classes. */
  readonly indexRanges = new Map<string, IndexRange[]>();
  readonly #dims: ReadonlySet<string>;
  readonly #usedDims = new Set<string>();

  constructor(
    readonly stage: 'step' | 'sequence',
    readonly definition: string,
    dims: readonly string[],
  ) {
    const own = new Set<string>();
    for (const dim of dims) {
      checkName('the dim', dim, definition);
      if (dim === 'T' || dim === 'B') {
        throw this.error(`the dim '${dim}' is taken: T is the number of steps, B the batch`);
      }
      if (own.has(dim)) throw this.error(`the dim '${dim}' is declared twice`);
      own.add(dim);
    }
    this.#dims = own;
  }

  error(reason: string, location = callerLocation()): DeclarationError {
    return new DeclarationError(reason, location, this.definition);
  }

  /** A shape as the user wrote it; throws as `dim`, and for a size that is not positive. */
  shape(what: string, source: readonly DimLike[]): Dim[] {
    const given: unknown = source;
    if (!Array.isArray(given)) throw this.error(`${what} needs a shape, a list of dims like ['H', 'I']`);
    return source.map((item) => {
      const dim = this.dim(what, item);
      if ((dim.constantValue ?? 1) < 1) {
        throw this.error(`${what} has a dim of size ${dim.key}; sizes are positive integers`);
      }
      return dim;
    });
  }

  /** A dim as the user wrote it; throws when it names one that was not declared. */
  dim(what: string, source: DimLike): Dim {
    const dim = this.#parse(what, source);
    for (const name of dim.symbols()) this.#usedDims.add(name);
    const undeclared = dim.symbols().find((name) => !this.#dims.has(name) && !(name === 'T' && this.stage === 'sequence'));
    if (undeclared === undefined) return dim;
    throw this.error(
      `${what} uses the dim '${undeclared}', which is not declared; declared are ${[...this.#dims].join(', ') || 'none'}`,
    );
  }

  #parse(what: string, source: DimLike): Dim {
    try {
      if (!(source instanceof Dim) && typeof source !== 'number' && typeof source !== 'string') {
        throw new RangeError(
          `${String(source)} is no dim: write a name, a positive integer, or a sum or product like '4H'`,
        );
      }
      return Dim.from(source);
    } catch (error) {
      throw this.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  declareInput(what: string, name: string, shape: readonly DimLike[], dtype: Dtype): Node {
    checkName(what, name, this.definition, true);
    return this.#input(what, name, { dtype, shape: this.shape(`${what} '${name}'`, shape) });
  }

  declareParameter(name: string, shape: readonly Dim[], initializer: Initializer): Node {
    checkName('the parameter', name, this.definition, true);
    const location = lazyCallerLocation();
    const node = this.#input('the parameter', name, { dtype: 'real', shape });
    this.parameters.set(name, { name, shape, initializer, location });
    return node;
  }

  #input(what: string, name: string, type: ValueType): Node {
    const known = this.builder.input(name);
    if (known !== undefined) {
      const first = this.builder.locationOf(known);
      throw this.error(
        `${what} '${name}' is declared twice${first === undefined ? '' : `; first at ${first.file}:${String(first.line)}`}`,
      );
    }
    const node = this.builder.declareInput(name, this.builder.node(input, [], { name, type }));
    this.builder.locate(node, lazyCallerLocation());
    return this.builder.name(node, name);
  }

  checkDefinitionName(name: string): void {
    checkName('the definition', name, this.definition);
  }

  checkOutputName(name: string): void {
    checkName('the output', name, this.definition);
  }

  /** The node of a result; throws when it is no expression of this definition or has another shape. */
  checkResult(what: string, expression: unknown, shape?: readonly Dim[]): Node {
    if (!(expression instanceof Expression)) throw this.error(`${what} is no expression`);
    const { declaration, node } = expression;
    const text = () => elementText(declaration.builder, node);
    if (declaration !== this) {
      throw this.error(`${what} is ${text()}, an expression of another definition (${declaration.definition})`);
    }
    const { dtype, shape: got } = node.type;
    if (shape !== undefined && (dtype !== 'real' || !sameShape(got, shape))) {
      const location = this.builder.locationOf(node) ?? callerLocation();
      throw this.error(
        `${what} must be ${printShape(shape)}; ${text()} is ${dtype === 'real' ? '' : `${dtype} `}${printShape(got)}`,
        location,
      );
    }
    return node;
  }

  /** Says what indices stand for, for inputs to be checked when they are given. */
  limitIndices(indices: Node, range: IndexRange): void {
    if (!isNode(indices, input)) return;
    const { name } = indices.attributes;
    this.indexRanges.set(name, [...(this.indexRanges.get(name) ?? []), range]);
  }

  /** Gives a value a name in the generated code. */
  nameValue(name: string, expression: Expression): void {
    checkName('the value', name, this.definition);
    const node = this.checkResult(`the value '${name}'`, expression);
    if (this.builder.input(name) !== undefined && this.builder.input(name) !== node) {
      throw this.error(`the value '${name}' is called like an input, state or parameter`);
    }
    this.builder.name(node, name);
  }

  /** Throws for a parameter that no result depends on. */
  checkParametersUsed(graph: Graph): void {
    const used = new Set(graph.nodes);
    for (const [name, { location }] of this.parameters) {
      if (!used.has(graph.input(name))) throw this.error(`the parameter '${name}' is never used`, location());
    }
  }

  /** Throws for a dim that stands in no shape. */
  checkDimsUsed(): void {
    const unused = [...this.#dims].find((name) => !this.#usedDims.has(name));
    if (unused !== undefined) throw this.error(`the dim '${unused}' is never used`);
  }

  static readonly #running: Declaration[] = [];

  /**
   * Runs the user's function with this declaration as the current one.
   *
   * @throws DeclarationError also for a definition that is made of itself, which shows as a value that is not there yet or as
   *   functions that call one another without end
   */
  run<Result>(body: () => Result): Result {
    if (Declaration.#running.length === deepestNesting) throw this.error(endless);
    Declaration.#running.push(this);
    try {
      return body();
    } catch (error) {
      throw this.#cycle(error) ?? error;
    } finally {
      Declaration.#running.pop();
    }
  }

  #cycle(error: unknown): DeclarationError | undefined {
    if (error instanceof ReferenceError) {
      const [, name] = /^Cannot access '(.*)' before initialization$/.exec(error.message) ?? [];
      if (name === undefined) return undefined;
      return this.error(`'${name}' is used before it is there: nothing can be made of itself, or of what is defined further down`, locationOf(error));
    }
    const isOverflow = error instanceof RangeError && error.message.startsWith('Maximum call stack');
    // Further in, too little of the stack is left to make another error.
    return isOverflow && Declaration.#running.length === 1 ? this.error(endless, locationOf(error) ?? callerLocation()) : undefined;
  }

  /** The definition whose function is running; throws outside of one. */
  static current(what: string): Declaration {
    const current = Declaration.#running.at(-1);
    if (current === undefined) {
      throw new DeclarationError(
        `${what} stands outside of a definition; write it inside the function given to defineCell or defineModel`,
        callerLocation(),
      );
    }
    return current;
  }
}
