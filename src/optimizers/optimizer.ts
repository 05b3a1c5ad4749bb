import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Declaration } from '../declare/declaration.js';
import { broadcast } from '../declare/array-operations.js';
import { mul, square, sqrt } from '../declare/elementwise-operations.js';
import { Expression } from '../declare/expression.js';
import type { Operand } from '../declare/expression.js';
import { sum } from '../declare/reductions.js';
import { clippingFactor } from './clip-by-global-norm.js';
import { clippedByValue } from './clip-by-value.js';
import type { DecayedParameter, WeightDecay } from './weight-decay.js';

/** A declared update rule: one step over all parameters of a model at once. */
export interface OptimizerDefinition {
  readonly kind: 'optimizer';
  readonly name: string;
  /** What is kept between steps, each `[P]` and zero before the first. */
  readonly slots: readonly string[];
  /**
   * P is the number of parameter elements. Inputs: `parameters` `[P]`, `gradients` `[P]`, `slot.<name>` `[P]`,
   * `learningRate` `[]`, `stepCount` `[]` (1 at the first step), and `weightDecay` `[P]` where parameters decay at rates of
   * their own. Outputs: `parameters`, `slot.<name>`, and `gradientNorm` `[]`, the L2 norm of all gradients before clipping.
   */
  readonly update: Graph;
  /** How much a parameter decays, where the rates differ. */
  readonly weightDecay?: (parameter: DecayedParameter) => number;
}

export type FlatVector = Expression<readonly ['P']>;
export type Scalar = Expression<readonly []>;

/** What an update rule computes with. */
export interface UpdateValues<Slot extends string> {
  readonly parameters: FlatVector;
  /** Clipped already. */
  readonly gradients: FlatVector;
  readonly slots: Readonly<Record<Slot, FlatVector>>;
  readonly learningRate: Scalar;
  readonly stepCount: Scalar;
  /** One rate for all, or one for each element. */
  readonly weightDecay: Operand<readonly ['P']>;
}

export interface UpdateResult<Slot extends string> {
  readonly parameters: FlatVector;
  readonly slots: Readonly<Record<Slot, FlatVector>>;
}

export interface ClippingOptions {
  /** Scales all gradients down together where their L2 norm exceeds this; no clipping when left out. */
  readonly clipNorm?: number | undefined;
  /** Brings each element of a gradient into `[-clipValue, clipValue]`; goes without `clipNorm`. */
  readonly clipValue?: number | undefined;
}

/** What all optimizers take; a rule of its own says what its weight decay does. */
export interface OptimizerOptions extends ClippingOptions {
  /** One rate for all parameters, or a function that gives each its own. */
  readonly weightDecay?: WeightDecay | undefined;
}

/**
 * Declares an optimizer from its update rule.
 *
 * @param slots names of the vectors kept between steps
 * @param rule gives the next parameters and the next value of each slot; the gradients it sees are clipped
 * @throws RangeError when a bound of the gradients is not positive or there are two, or when the decay is below 0
 * @throws DeclarationError as `defineCell`
 */
export function defineOptimizer<const Slot extends string>(
  name: string,
  slots: readonly Slot[],
  rule: (values: UpdateValues<Slot>) => UpdateResult<Slot>,
  { clipNorm, clipValue, weightDecay = 0 }: OptimizerOptions = {},
): OptimizerDefinition {
  if (typeof weightDecay === 'number') checkHyperparameter('weightDecay', weightDecay, 0);
  const declaration = new Declaration('step', `optimizer '${name}'`, ['P']);
  declaration.checkDefinitionName(name);
  const shape = [Dim.symbol('P')];
  const vector = (input: string): FlatVector => new Expression(declaration, declaration.declareInput('the input', input, shape, 'real'));
  const scalar = (input: string): Scalar => new Expression(declaration, declaration.declareInput('the input', input, [], 'real'));
  const parameters = vector('parameters');
  const gradients = vector('gradients');
  const slotValues = Object.fromEntries(slots.map((slot) => [slot, vector(`slot.${slot}`)])) as Record<Slot, FlatVector>;
  const learningRate = scalar('learningRate');
  const stepCount = scalar('stepCount');
  const decay = typeof weightDecay === 'function' ? vector('weightDecay') : weightDecay;
  const { norm, next } = declaration.run(() => {
    const norm = sqrt(sum(square(gradients)));
    const clipped = clip(gradients, norm, { clipNorm, clipValue });
    return { norm, next: rule({ parameters, gradients: clipped, slots: slotValues, learningRate, stepCount, weightDecay: decay }) };
  });
  const outputs = new Map<string, Node>([['parameters', declaration.checkResult('the next parameters', next.parameters, shape)]]);
  for (const slot of slots) {
    outputs.set(`slot.${slot}`, declaration.checkResult(`the next value of the slot '${slot}'`, next.slots[slot], shape));
  }
  outputs.set('gradientNorm', declaration.checkResult('the gradient norm', norm, []));
  return {
    kind: 'optimizer',
    name,
    slots: [...slots],
    update: declaration.builder.finish(outputs),
    ...(typeof weightDecay === 'function' ? { weightDecay } : {}),
  };
}

function clip(gradients: FlatVector, norm: Scalar, { clipNorm, clipValue }: ClippingOptions): FlatVector {
  if (clipNorm !== undefined && clipValue !== undefined) throw new RangeError('give clipNorm or clipValue, not both');
  if (clipValue !== undefined) return clippedByValue(gradients, clipValue);
  return clipNorm === undefined ? gradients : mul(gradients, repeated(clippingFactor(norm, clipNorm)));
}

/** A scalar in the shape of the parameters. */
export function repeated(value: Scalar): FlatVector {
  return broadcast(value, ['P']);
}

/** Throws a `RangeError` that names a hyperparameter outside of `[low, high)`. */
export function checkHyperparameter(name: string, value: number, low: number, high = Infinity): void {
  if (value >= low && value < high) return;
  const range = high === Infinity ? `a finite number from ${low} on` : `at least ${low} and less than ${high}`;
  throw new RangeError(`${name} must be ${range}, not ${value}`);
}
