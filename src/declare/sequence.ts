import { Dim, printShape } from '../graph/dim.js';
import type { DimLike } from '../graph/dim.js';
import { substituteDims } from '../graph/substitute.js';
import { addScan } from '../ops/scan.js';
import { elementText } from '../report/text.js';
import type { CellDefinition } from './cell.js';
import { clippedStates } from './clipped-states.js';
import { Declaration } from './declaration.js';
import { declareState } from './initial-state.js';
import { declarationOf, Expression } from './expression.js';
import type { Shape } from './expression.js';
import { matchDims } from './match-dims.js';
import type { GivenValue } from './match-dims.js';
import type { InputSpecification, ShapeOf } from './signature.js';

export interface SequenceOptions {
  /** Prefix of the names of parameters and states: `L0` gives `L0.W_z`, `L0.y`. */
  readonly name?: string;
  /** Sizes of the cell's dims that its inputs do not tell, where they are not called as in the model: `{ H: '2H' }`. */
  readonly dims?: Readonly<Record<string, DimLike>>;
  /** Runs from the last step to the first. */
  readonly reverse?: boolean;
  /**
   * Where sequences start whose initial state is not given: at zero, or at parameters that are trained, called like the states with
   * a 0 behind (`L0.c0`) and zero at first. Default `zero`.
   */
  readonly initialState?: 'zero' | 'learned';
  /**
   * Brings each element of the derivatives by the states, on their way from a step to the one before it, into `[-bound, bound]`:
   * they cannot explode within a sequence. The gradient is then not that of the loss. No clipping when left out.
   */
  readonly clipCotangent?: number;
}

export interface SequenceResult<Outputs, States> {
  /** `[T, …]`. */
  readonly outputs: { readonly [K in keyof Outputs]: Expression<Stacked<Outputs[K]>> };
  /** The states after the last step. */
  readonly finalState: { readonly [K in keyof States]: Expression<States[K] extends Shape ? States[K] : Shape> };
}

type Stacked<E> = E extends Expression<infer S> ? readonly ['T', ...S] : Shape;
/** A sequence has one axis more than the input; its dims need not be called the same. */
type SequenceInputs<Inputs> = {
  readonly [K in keyof Inputs]: Expression<readonly ['T', ...AnyDims<ShapeOf<Inputs[K]>>]>;
};
type AnyDims<S extends Shape> = { readonly [K in keyof S]: string | number };

/**
 * Runs a cell over all steps. Its parameters and initial states become those of the model; the dims of its inputs are
 * matched with the given sequences.
 *
 * @throws DeclarationError where an input is missing or does not match
 */
export function sequence<
  Inputs extends Record<string, InputSpecification>,
  States extends Record<string, Shape>,
  Outputs extends Record<string, Expression>,
>(
  cell: CellDefinition<Inputs, States, Outputs>,
  inputs: SequenceInputs<Inputs>,
  options: SequenceOptions = {},
): SequenceResult<Outputs, States> {
  const declaration = Declaration.current("'sequence'");
  if (declaration.stage !== 'sequence') {
    throw declaration.error('sequence runs a cell over the steps of a model, not inside a cell');
  }
  checkCell(declaration, cell);
  const { builder } = declaration;
  const sequences = sequencesFor(declaration, cell, inputs);
  const replacements = matchDims(declaration, cell, sequences.map((own) => stepOf(declaration, cell, own)), options.dims ?? {});
  const step = substituteDims(cell.step, replacements);
  const body = options.clipCotangent === undefined ? step : clippedStates(declaration, cell, step, options.clipCotangent);
  const prefix = options.name === undefined ? '' : `${options.name}.`;
  const dimsOf = (shape: readonly Dim[]): Dim[] => shape.map((dim) => dim.substitute(replacements));
  const carries = [...cell.states].map(([name, shape]) => {
    const own = `${prefix}${name}`;
    if (builder.input(own) !== undefined) {
      throw declaration.error(
        `there is a value '${own}' already; give this sequence of '${cell.name}' a name of its own: { name: '…' }`,
      );
    }
    const initial = declareState(declaration, own, dimsOf(shape), options.initialState ?? 'zero');
    return { input: name, output: `next.${name}`, initial };
  });
  const scan = addScan(builder, {
    body,
    length: Dim.symbol('T'),
    reverse: options.reverse ?? false,
    carries,
    sequences: sequences.map(({ name, value }) => ({ input: name, value: value.node })),
    invariants: [...cell.parameters.values()].map(({ name, shape, initializer }) => ({
      input: name,
      value: declaration.declareParameter(`${prefix}${name}`, dimsOf(shape), initializer),
    })),
    outputs: cell.outputs.map((name) => `out.${name}`),
    sums: [],
    step: undefined,
  });
  carries.forEach(({ input: name }, k) => declaration.finals.set(`${prefix}${name}`, scan.final(k)));
  return {
    outputs: Object.fromEntries(cell.outputs.map((name, k) => [name, new Expression(declaration, scan.output(k))])),
    finalState: Object.fromEntries(
      carries.map(({ input: name }, k) => [name, new Expression(declaration, scan.final(k))]),
    ),
  } as SequenceResult<Outputs, States>;
}

function checkCell(declaration: Declaration, cell: unknown): void {
  if (typeof cell === 'object' && cell !== null && 'kind' in cell && cell.kind === 'cell') return;
  const why = cell === undefined ? '; what it was given is undefined, as a cell is before its definition' : '';
  throw declaration.error(`sequence runs a cell made by defineCell${why}`);
}

interface InputSequence {
  readonly name: string;
  readonly declared: { readonly shape: readonly Dim[] };
  readonly value: Expression;
}

/** A sequence for each input of the cell, and no others. */
function sequencesFor(
  declaration: Declaration,
  cell: CellDefinition,
  given: Readonly<Record<string, Expression>>,
): InputSequence[] {
  for (const name of Object.keys(given)) {
    if (!cell.inputs.has(name)) {
      throw declaration.error(
        `the cell '${cell.name}' has no input '${name}'; it has ${[...cell.inputs.keys()].join(', ')}`,
      );
    }
  }
  return [...cell.inputs].map(([name, declared]) => {
    const value = given[name];
    if (value === undefined) {
      throw declaration.error(`the cell '${cell.name}' needs a sequence for its input '${name}'`);
    }
    declarationOf(`sequence(${cell.name})`, value);
    return { name, declared, value };
  });
}

/** One step of a sequence, to be matched with the input. */
function stepOf(declaration: Declaration, cell: CellDefinition, { name, declared, value }: InputSequence): GivenValue {
  const got = value.node.type.shape;
  return {
    declared: declared.shape,
    got: got[0]?.key === 'T' ? got.slice(1) : undefined,
    mismatch: (wanted) =>
      declaration.error(
        `the input '${name}' of the cell '${cell.name}' is a sequence ${printShape([Dim.symbol('T'), ...wanted])}; ${elementText(declaration.builder, value.node)} is ${printShape(got)}`,
      ),
  };
}
