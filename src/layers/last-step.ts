import { Expression } from '../declare/expression.js';
import { GraphBuilder } from '../graph/graph.js';
import { timeDim } from '../graph/stage-dims.js';
import { fill } from '../ops/construct.js';
import { input } from '../ops/input.js';
import { addScan } from '../ops/scan.js';

/**
 * A sequence at its last step, `[T, …]` to `[…]`; with lengths at the last step of each sequence, and zero for one of no steps.
 * Of a bidirectional layer `bothEnds` takes the last step of one direction and the first of the other.
 *
 * @throws DeclarationError for a value without steps
 */
export function lastStep<Trailing extends readonly (string | number)[]>(values: Expression<readonly ['T', ...Trailing]>): Expression<Trailing> {
  return heldStep('lastStep', values, false);
}

/** A sequence at its first step, `[T, …]` to `[…]`; zero for a sequence of no steps. */
export function firstStep<Trailing extends readonly (string | number)[]>(values: Expression<readonly ['T', ...Trailing]>): Expression<Trailing> {
  return heldStep('firstStep', values, true);
}

/** A loop that holds the value of each step until the next: it knows where sequences of different lengths end. */
function heldStep<Trailing extends readonly (string | number)[]>(what: string, { declaration, node }: Expression, reverse: boolean): Expression<Trailing> {
  const { builder } = declaration;
  const { dtype, shape } = node.type;
  const [steps, ...trailing] = shape;
  if (steps?.equals(timeDim) !== true || dtype !== 'real') throw declaration.error(`${what} takes a sequence of real numbers, [T, …]`);
  const body = new GraphBuilder();
  const type = { dtype, shape: trailing } as const;
  const [, value] = ['held', 'value'].map((name) => body.declareInput(name, body.node(input, [], { name, type })));
  if (value === undefined) throw new Error('a loop has no value');
  const loop = addScan(builder, {
    body: body.finish({ value }),
    length: timeDim,
    reverse,
    carries: [{ input: 'held', output: 'value', initial: fill(builder, 0, trailing) }],
    sequences: [{ input: 'value', value: node }],
    invariants: [],
    outputs: [],
    sums: [],
    step: undefined,
  });
  return new Expression(declaration, loop.final(0));
}
