import { adam, adamw, batchStage, sgd } from 'cellwright';
import type { Graph, ModelDefinition, OptimizerDefinition, Tensor } from 'cellwright';
import type { ReferenceCase, ReferenceTrace, TensorMap } from './format.js';
import { modelOf } from './models.js';

interface ProblemBase {
  readonly name: string;
  readonly model: ModelDefinition;
  /** The model for a batch; its inputs are the keys of `values`. */
  readonly graph: Graph;
  readonly sizes: Readonly<Record<string, number>>;
  /** Parameters, inputs, targets and initial states. */
  readonly values: TensorMap;
}

/** One forward and one backward pass. */
export interface CaseProblem extends ProblemBase {
  readonly kind: 'case';
  /** Names of the parameters, inputs and states to differentiate by, and what the file calls them. */
  readonly differentiated: ReadonlyMap<string, string>;
  /** Cotangents by output of the graph; none where the loss is the graph's own. */
  readonly cotangents: TensorMap;
  readonly direction: TensorMap | undefined;
}

/** A number of training steps on one batch. */
export interface TraceProblem extends ProblemBase {
  readonly kind: 'trace';
  readonly steps: number;
  readonly optimizer: OptimizerDefinition;
  readonly learningRate: number;
}

export type Problem = CaseProblem | TraceProblem;

/** Why a file can't be run: it asks for something that is not there yet. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
}

/**
 * A file as something to compute. Throws an `Error` that says what does not fit when the cell is known but its
 * parameters, states or shapes are not those of the file.
 */
export function problemOf(reference: ReferenceCase | ReferenceTrace): Problem | Unknown {
  const model = modelOf(reference);
  if (model === undefined) return { kind: 'unknown', reason: `no cell or model '${reference.cell}'` };
  const lengths = lengthsOf(reference);
  const base = {
    name: reference.name,
    model,
    graph: batchStage(model, { lengths: lengths !== undefined }),
    sizes: reference.sizes,
    values: new Map([...valuesOf(reference, model), ...(lengths === undefined ? [] : [['lengths', lengths] as const])]),
  };
  checkValues(base);
  if (reference.kind === 'trace') {
    const optimizer = optimizerOf(reference);
    if (optimizer === undefined) return { kind: 'unknown', reason: `no optimizer '${reference.optimizer.kind}'` };
    return { ...base, kind: 'trace', steps: reference.steps, optimizer, learningRate: reference.optimizer.lr };
  }
  const names = [...reference.params.keys(), ...reference.inputs.keys()];
  return {
    ...base,
    kind: 'case',
    differentiated: new Map(names.map((name) => [inputName(model, name), name])),
    cotangents: reference.lossKind === 'cotangent' ? cotangentsOf(reference, model) : new Map(),
    direction: reference.direction,
  };
}

/** The output of the graph that the file calls `outputs`. */
export function mainOutput({ outputs }: ModelDefinition): string {
  const [first] = outputs;
  if (first === undefined) throw new Error('the model has no output');
  return `out.${first}`;
}

/** An initial state `y0` is the state `y`; all else is called as in the file. */
function inputName(model: ModelDefinition, name: string): string {
  const state = name.replace(/0$/, '');
  return state !== name && model.states.has(state) ? state : name;
}

function valuesOf(reference: ReferenceCase | ReferenceTrace, model: ModelDefinition): TensorMap {
  const values = new Map(reference.params);
  for (const [name, tensor] of reference.inputs) values.set(inputName(model, name), tensor);
  if (reference.kind === 'case' && reference.tokens !== undefined) values.set('tokens', reference.tokens);
  if (reference.targets !== undefined) values.set('target', reference.targets);
  return values;
}

/** How many steps each row of the batch has, where the file says so. */
function lengthsOf(reference: ReferenceCase | ReferenceTrace): Tensor | undefined {
  const lengths: unknown = reference.kind === 'case' ? reference.attributes['lengths'] : undefined;
  if (lengths === undefined) return undefined;
  if (!Array.isArray(lengths) || !lengths.every((length) => typeof length === 'number')) throw new Error('attributes.lengths is no list of numbers');
  return { shape: [lengths.length], data: Float64Array.from(lengths) };
}

function checkValues({ graph, values, sizes }: Pick<ProblemBase, 'graph' | 'values' | 'sizes'>): void {
  for (const name of values.keys()) {
    if (!graph.inputs.has(name)) throw new Error(`the file has a value '${name}' that the model does not read`);
  }
  for (const [name, { type }] of graph.inputs) {
    const given = values.get(name);
    if (given === undefined) throw new Error(`the model reads '${name}', which the file does not have`);
    const shape = type.shape.map((dim) => dim.evaluate(sizes));
    if (shape.join() !== given.shape.join()) {
      throw new Error(`'${name}' is [${given.shape.join(', ')}] in the file and [${shape.join(', ')}] in the model`);
    }
  }
}

function cotangentsOf({ lossWeights }: ReferenceCase, model: ModelDefinition): TensorMap {
  return new Map([...lossWeights].map(([path, weights]): [string, Tensor] => [graphOutput(model, path), weights]));
}

/** `outputs` and `finalState.y` as the graph calls them. */
function graphOutput(model: ModelDefinition, path: string): string {
  return path === 'outputs' ? mainOutput(model) : path.replace(/^finalState\./, 'final.');
}

function optimizerOf({ optimizer: { kind, hyperparameters }, clipNorm }: ReferenceTrace): OptimizerDefinition | undefined {
  const { eps: epsilon, ...others } = hyperparameters;
  const options = { ...others, ...(epsilon === undefined ? {} : { epsilon }), clipNorm };
  switch (kind) {
    case 'sgd':
      return sgd(options);
    case 'adam':
      return adam(options);
    case 'adamw':
      return adamw(options);
    default:
      return undefined;
  }
}
