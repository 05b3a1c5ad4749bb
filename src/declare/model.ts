import type { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import type { Dtype, Node } from '../graph/node.js';
import { Declaration } from './declaration.js';
import type { IndexRange, ParameterDeclaration, StateDeclaration } from './declaration.js';
import { declaredValues } from './declared-values.js';
import { Expression } from './expression.js';
import type { Shape } from './expression.js';
import { checkCallable, checkReturned, checkSignature, inputType } from './signature.js';
import type { ExpressionsOf, InputSpecification } from './signature.js';

/**
 * A loss in parts, so that it can be averaged over the valid steps of a whole batch: the loss is
 * `Σ_examples total / Σ_examples count`, and 0 where nothing counts; without a count it is `Σ_examples total`.
 */
export interface Loss {
  readonly total: Expression<readonly []>;
  readonly count?: Expression<readonly []>;
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
  /** What the indices of inputs and targets stand for, besides what look-ups tell. */
  readonly indexRanges: ReadonlyMap<string, readonly IndexRange[]>;
  /**
   * Inputs: parameters, inputs, targets and initial states by name. Outputs: `out.<output>`, `final.<state>`, and with a
   * loss `loss.total` and `loss.count`, if it has one; of further losses `loss.2.total`, `loss.2.count`, and so on.
   */
  readonly graph: Graph;
}

/**
 * Declares a model around cells, for one example: values that change over time have `T` as their first dim.
 *
 * @param name an identifier; the generated functions are called after it
 * @param signature its dims, inputs, and targets (inputs that only the loss reads)
 * @param body composes cells with `sequence` and layers; gives the outputs and perhaps a loss, or several, which add up
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
    readonly loss?: Loss | readonly Loss[];
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
  const losses = lossesOf(loss);
  for (const [k, { total, count }] of losses.entries()) {
    const { total: totalName, count: countName } = lossNames(k);
    results.set(totalName, declaration.checkResult('the total of the loss', total, []));
    if (count !== undefined) results.set(countName, declaration.checkResult('the count of the loss', count, []));
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
    hasLoss: losses.length > 0,
    indexRanges: declaration.indexRanges,
    graph,
  };
}

function lossesOf(loss: Loss | readonly Loss[] | undefined): readonly Loss[] {
  return loss === undefined ? [] : 'length' in loss ? loss : [loss];
}

/** What the outputs for a loss are called, counted from 0. */
export function lossNames(k: number): { readonly total: string; readonly count: string } {
  const path = k === 0 ? 'loss' : `loss.${String(k + 1)}`;
  return { total: `${path}.total`, count: `${path}.count` };
}
