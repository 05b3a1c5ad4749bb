import type { CellDefinition } from '../declare/cell.js';
import { cellModel } from '../declare/cell-model.js';
import type { ModelDefinition } from '../declare/model.js';
import type { Values } from '../emit/graph-program.js';
import { compileGraph } from '../emit/typescript/graph-function.js';
import { compileGraphToWasm } from '../emit/wasm/graph-function.js';
import type { Sizes } from '../graph/dim.js';
import { evaluate } from '../interpret/evaluate.js';
import type { Tensor } from '../ops/op.js';
import { batchStage } from '../program/batch-stage.js';
import { compareDerivatives, compareGradients } from './central-differences.js';
import { relativeError, worstError } from './compare.js';
import type { WorstError } from './compare.js';
import { derivativesAt, gradientsAt } from './derivatives-at.js';
import { gradientMarkers } from './gradient-markers.js';
import type { GraphAtPoint, Tensors } from './graph-at-point.js';
import { weightedSum } from './graph-at-point.js';
import { RandomNumbers } from './random-numbers.js';
import { randomInputs, randomSizes, randomWeights } from './random-point.js';

/** One comparison. */
export interface CheckRow extends WorstError {
  /** What was compared with what. */
  readonly name: string;
  /** The largest error that passes. */
  readonly tolerance: number;
  readonly passed: boolean;
}

export interface CheckResult {
  /** The definition's. */
  readonly name: string;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly rows: readonly CheckRow[];
  readonly passed: boolean;
  /** The ops in the definition that give it, on purpose, another gradient than the function's: rows of differences may fail. */
  readonly gradientMarkers: readonly string[];
}

export interface CheckOptions {
  /** Of dims, T and B; those left out are small and all different. */
  readonly sizes?: Sizes;
  /** Of the sizes and values drawn. */
  readonly seed?: number;
}

/** Two ways to the same float64 values that differ in the order of operations only. */
const sameArithmetic = 1e-10;
/** What differences of fourth order leave of float64. */
const differences = 1e-6;
/** Single elements to take differences in, each of which takes four evaluations or more. */
const elementLimit = 60;

/**
 * Checks a cell or model at a random point, in float64: the TypeScript and the WebAssembly that are emitted for it against the
 * interpreter, and its derivatives against central differences and against each other. A cell is run over T steps of a batch of B.
 *
 * All real inputs vary: parameters, inputs, targets and initial states. All real outputs are differentiated: outputs, final
 * states and the loss.
 */
export async function checkDefinition(definition: CellDefinition | ModelDefinition, { sizes: given = {}, seed = 1 }: CheckOptions = {}): Promise<CheckResult> {
  const model = definition.kind === 'cell' ? cellModel(definition) : definition;
  const random = new RandomNumbers(seed);
  const sizes = randomSizes(model.dims, given, random);
  const graph = batchStage(model);
  const point: GraphAtPoint = { graph, sizes, inputs: randomInputs(model, graph, sizes, random) };
  const direction = randomWeights(graph.inputs, sizes, random);
  const weights = randomWeights(graph.outputs, sizes, random);

  const gradientPoint = gradientsAt(point, [...direction.keys()], weights);
  const derivativePoint = derivativesAt(point, direction);
  const productPoint = derivativesAt(gradientPoint, direction);
  const [gradients, derivatives, products] = [gradientPoint, derivativePoint, productPoint].map(valuesOf) as [Tensors, Tensors, Tensors];

  const adjointError = relativeError(weightedSum(derivatives, weights), weightedSum(gradients, direction));

  const rows = [
    ...(await targetRows('forward', point, valuesOf(point))),
    ...(await targetRows('gradients', gradientPoint, gradients)),
    ...(await targetRows('Hessian times vector', productPoint, products)),
    row('gradients (vjp) against central differences', differences, compareGradients(point, weights, orZero(gradients, direction), elementLimit, random)),
    row('derivatives (jvp) against central differences', differences, compareDerivatives(point, direction, orZero(derivatives, weights))),
    row('⟨u, Jv⟩ (jvp) against ⟨Jᵀu, v⟩ (vjp)', sameArithmetic, { error: adjointError, at: '' }),
    row('Hessian times vector against differences of gradients', differences, compareDerivatives(gradientPoint, direction, orZero(products, gradients))),
  ];
  return { name: definition.name, sizes, seed, rows, passed: rows.every(({ passed }) => passed), gradientMarkers: gradientMarkers(model.graph) };
}

function row(name: string, tolerance: number, worst: WorstError): CheckRow {
  return { name, tolerance, ...worst, passed: worst.error <= tolerance };
}

function valuesOf({ graph, inputs, sizes }: GraphAtPoint): Tensors {
  return evaluate(graph, inputs, sizes);
}

/** What each target computes, against the interpreter. */
async function targetRows(name: string, { graph, inputs, sizes }: GraphAtPoint, expected: Tensors): Promise<CheckRow[]> {
  const values = new Map([...inputs].map(([input, { data }]) => [input, data]));
  const targets: readonly (readonly [string, (inputs: Values) => ReadonlyMap<string, ArrayLike<number>>])[] = [
    ['TypeScript', compileGraph(graph, { sizes })],
    ['WebAssembly', await compileGraphToWasm(graph, { sizes })],
  ];
  return targets.map(([target, compiled]) => row(`${name}: ${target} against interpreter`, sameArithmetic, worstError(expected, compiled(values))));
}

/** The derivative of what does not depend on what varies is absent; differences of it must be zero. */
function orZero(derivatives: Tensors, like: Tensors): Tensors {
  const zero = ({ shape, data }: Tensor): Tensor => ({ shape, data: new Float64Array(data.length) });
  return new Map([...like].map(([name, tensor]) => [name, derivatives.get(name) ?? zero(tensor)]));
}
