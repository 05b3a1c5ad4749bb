import type { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Dtype, Node } from '../graph/node.js';
import { input as inputOp } from '../ops/input.js';
import { Declaration } from './declaration.js';
import type { ParameterDeclaration } from './declaration.js';
import { declaredValues } from './declared-values.js';
import { checkNegations } from './negations.js';
import { Expression } from './expression.js';
import type { Shape } from './expression.js';
import { checkCallable, checkReturned, checkSignature, inputType } from './signature.js';
import type { ExpressionsOf, InputSpecification } from './signature.js';

/** A declared cell: one step for one example. */
export interface CellDefinition<
  Inputs extends Record<string, InputSpecification> = Record<string, InputSpecification>,
  States extends Record<string, Shape> = Record<string, Shape>,
  Outputs extends Record<string, Expression> = Record<string, Expression>,
> {
  readonly kind: 'cell';
  readonly name: string;
  readonly dims: readonly string[];
  readonly inputs: ReadonlyMap<string, { readonly shape: readonly Dim[]; readonly dtype: Dtype }>;
  readonly states: ReadonlyMap<string, readonly Dim[]>;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly outputs: readonly string[];
  /** Inputs: parameters, inputs and states by name. Outputs: `next.<state>`, `out.<output>`. */
  readonly step: Graph;
  /** In the types only. */
  readonly types?: { readonly inputs: Inputs; readonly states: States; readonly outputs: Outputs };
}

/**
 * Declares a cell from its equations.
 *
 * @param name an identifier; the generated functions are called after it
 * @param signature its dims, inputs and states; a state given as `y` is the one before the step
 * @param equations gives the next value of each state, and the outputs; `named` gives further values a name in the
 *   generated code
 * @throws DeclarationError for a shape that does not fit, an unknown or duplicate name, a state without a next value, a cycle, a
 *   parameter or a dim that nothing uses
 */
export function defineCell<
  const D extends string,
  const Inputs extends Readonly<Record<string, InputSpecification<D>>>,
  const States extends Readonly<Record<string, readonly (D | number)[]>>,
  Outputs extends Record<string, Expression>,
>(
  name: string,
  signature: { readonly dims: readonly D[]; readonly inputs: Inputs; readonly states: States },
  equations: (values: ExpressionsOf<Inputs> & ExpressionsOf<States>) => {
    readonly next: ExpressionsOf<States>;
    readonly outputs: Outputs;
    readonly named?: Readonly<Record<string, Expression>>;
  },
): CellDefinition<Inputs, States, Outputs> {
  checkSignature(`cell '${name}'`, signature, ['dims', 'inputs', 'states']);
  const declaration = new Declaration('step', `cell '${name}'`, signature.dims);
  checkCallable(declaration, name, equations);
  const { builder } = declaration;
  const inputs = new Map<string, { shape: readonly Dim[]; dtype: Dtype }>();
  const states = new Map<string, readonly Dim[]>();
  const values: Record<string, Expression> = {};
  for (const [key, specification] of Object.entries<InputSpecification>(signature.inputs)) {
    const { shape, dtype } = inputType(specification);
    const node = declaration.declareInput('the input', key, shape, dtype);
    inputs.set(key, node.type);
    values[key] = new Expression(declaration, node);
  }
  for (const [key, shape] of Object.entries<Shape>(signature.states)) {
    const node = declaration.declareInput('the state', key, shape, 'real');
    states.set(key, node.type.shape);
    values[key] = new Expression(declaration, node);
  }
  const { next, outputs, named } = declaration.run(() => {
    const given = declaredValues(declaration, 'input or state', values);
    return checkReturned(declaration, equations(given as ExpressionsOf<Inputs> & ExpressionsOf<States>), [
      'next',
      'outputs',
    ]);
  });
  const results = new Map<string, Node>();
  for (const [key, shape] of states) {
    const expression: Expression | undefined = next[key];
    if (expression === undefined) {
      throw declaration.error(`the state '${key}' is never given a next value; return it as next: { ${key}: … }`);
    }
    results.set(`next.${key}`, declaration.checkResult(`the next value of '${key}'`, expression, shape));
  }
  for (const key of Object.keys(next)) {
    if (!states.has(key)) {
      throw declaration.error(
        `'${key}' is given a next value but is no state; states are ${[...states.keys()].join(', ') || 'none'}`,
      );
    }
  }
  for (const [key, expression] of Object.entries(outputs)) {
    declaration.checkOutputName(key);
    results.set(`out.${key}`, declaration.checkResult(`the output '${key}'`, expression));
  }
  if (Object.keys(outputs).length === 0) throw declaration.error('the cell has no output');
  for (const [key, expression] of Object.entries(named ?? {})) declaration.nameValue(key, expression);
  for (const key of states.keys()) {
    const node = results.get(`next.${key}`);
    if (node !== undefined && !isNode(node, inputOp)) builder.name(node, `${key}Next`);
  }
  const step = builder.finish(results);
  declaration.checkParametersUsed(step);
  checkNegations(declaration);
  declaration.checkDimsUsed();
  return {
    kind: 'cell',
    name,
    dims: [...signature.dims],
    inputs,
    states,
    parameters: declaration.parameters,
    outputs: Object.keys(outputs),
    step,
  };
}
