import type { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import type { Dtype, Node } from '../graph/node.js';
import { Declaration } from './declaration.js';
import type { ParameterDeclaration, StateDeclaration } from './declaration.js';
import { declaredValues } from './declared-values.js';
import { Expression } from './expression.js';
import type { Shape } from './expression.js';
import { checkCallable, checkReturned, checkSignature, inputType } from './signature.js';
import type { ExpressionsOf, InputSpecification } from './signature.js';

/**
 * A loss in parts, so that it can be averaged over the valid steps of a whole batch: the loss is
 * `Σ_examples total / Σ_examples count`.
 */
export interface Loss {
  readonly total: Expression<readonly []>;
  readonly count: Expression<readonly []>;
}

/** An input or target as declared: its shape includes time, but not the batch. */
export interface ValueDeclaration {
  readonly shape: readonly Dim[];
  readonly dtype: Dtype;
}

/** A declared model: all steps of one example, `T` of them. */
export interface ModelDefinition {
  readonly kind: 'model';
  readonly name: string;
  readonly dims: readonly string[];
  readonly inputs: ReadonlyMap<string, ValueDeclaration>;
  readonly targets: ReadonlyMap<string, ValueDeclaration>;
  readonly states: ReadonlyMap<string, StateDeclaration>;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly outputs: readonly string[];
  readonly hasLoss: boolean;
  /**
   * Inputs: parameters, inputs, targets and initial states by name. Outputs: `out.<output>`, `final.<state>`, and with a
   * loss `loss.total` and `loss.count`.
   */
  readonly graph: Graph;
}

/**
 * Declares a model around cells, for one example: values that change over time have `T` as their first dim.
 *
 * @param name an identifier; the generated functions are called after it
 * @param signature its dims, inputs, and targets (inputs that only the loss reads)
 * @param body composes cells with `sequence` and layers; gives the outputs and perhaps a loss
 * @throws DeclarationError as `defineCell`
 */
export function defineModel<
  const D extends string,
  const Inputs extends Readonly<Record<string, InputSpecification<D | 'T'>>>,
  const Targets extends Readonly<Record<string, InputSpecification<D | 'T'>>> = {
    readonly [Name in never]: InputSpecification;
  },
>(
  name: string,
  signature: { readonly dims: readonly D[]; readonly inputs: Inputs; readonly targets?: Targets },
  body: (values: ExpressionsOf<Inputs> & ExpressionsOf<Targets>) => {
    readonly outputs: Readonly<Record<string, Expression>>;
    readonly loss?: Loss;
    readonly named?: Readonly<Record<string, Expression>>;
  },
): ModelDefinition {
  checkSignature(`model '${name}'`, signature, ['dims', 'inputs']);
  const declaration = new Declaration('sequence', `model '${name}'`, signature.dims);
  checkCallable(declaration, name, body);
  const values: Record<string, Expression> = {};
  const declare = (
    what: string,
    specifications: Readonly<Record<string, InputSpecification>>,
  ): Map<string, ValueDeclaration> =>
    new Map(
      Object.entries(specifications).map(([key, specification]) => {
        const { shape, dtype } = inputType(specification);
        const node = declaration.declareInput(what, key, shape, dtype);
        values[key] = new Expression<Shape>(declaration, node);
        return [key, node.type];
      }),
    );
  const inputs = declare('the input', signature.inputs);
  const targets = declare('the target', signature.targets ?? {});
  const { outputs, loss, named } = declaration.run(() => {
    const given = declaredValues(declaration, 'input or target', values);
    return checkReturned(declaration, body(given as ExpressionsOf<Inputs> & ExpressionsOf<Targets>), ['outputs']);
  });
  const results = new Map<string, Node>();
  for (const [key, expression] of Object.entries(outputs)) {
    declaration.checkOutputName(key);
    results.set(`out.${key}`, declaration.checkResult(`the output '${key}'`, expression));
  }
  for (const [key, node] of declaration.finals) results.set(`final.${key}`, node);
  if (loss !== undefined) {
    results.set('loss.total', declaration.checkResult('the total of the loss', loss.total, []));
    results.set('loss.count', declaration.checkResult('the count of the loss', loss.count, []));
  }
  if (results.size === 0) throw declaration.error('the model has no output');
  for (const [key, expression] of Object.entries(named ?? {})) declaration.nameValue(key, expression);
  const graph = declaration.builder.finish(results);
  declaration.checkParametersUsed(graph);
  declaration.checkDimsUsed();
  return {
    kind: 'model',
    name,
    dims: [...signature.dims],
    inputs,
    targets,
    states: declaration.states,
    parameters: declaration.parameters,
    outputs: Object.keys(outputs),
    hasLoss: loss !== undefined,
    graph,
  };
}
