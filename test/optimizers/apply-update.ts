import { evaluate } from 'cellwright';
import type { OptimizerDefinition } from 'cellwright';

export interface UpdateStep {
  readonly parameters: readonly number[];
  readonly gradients: readonly number[];
  /** Zeros unless given. */
  readonly slots?: Readonly<Record<string, readonly number[]>>;
  readonly learningRate: number;
  /** 1 unless given. */
  readonly stepCount?: number;
  /** The rate of each element, for an optimizer with rates that differ. */
  readonly weightDecay?: readonly number[];
}

export interface UpdatedStep {
  readonly parameters: readonly number[];
  readonly slots: Readonly<Record<string, readonly number[]>>;
  readonly gradientNorm: number;
}

/** Evaluates one update of an optimizer. */
export function applyUpdate(optimizer: OptimizerDefinition, step: UpdateStep): UpdatedStep {
  const { parameters, gradients, slots = {}, learningRate, stepCount = 1, weightDecay } = step;
  const count = parameters.length;
  const vector = (values: readonly number[]) => ({ shape: [count], data: Float64Array.from(values) });
  const scalar = (value: number) => ({ shape: [], data: Float64Array.of(value) });
  const outputs = evaluate(
    optimizer.update,
    new Map([
      ['parameters', vector(parameters)],
      ['gradients', vector(gradients)],
      ['learningRate', scalar(learningRate)],
      ['stepCount', scalar(stepCount)],
      ...(weightDecay === undefined ? [] : [['weightDecay', vector(weightDecay)] as const]),
      ...optimizer.slots.map((slot) => [`slot.${slot}`, vector(slots[slot] ?? new Array<number>(count).fill(0))] as const),
    ]),
    { P: count },
  );
  const read = (name: string): number[] => [...(outputs.get(name)?.data ?? [])];
  return {
    parameters: read('parameters'),
    slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, read(`slot.${slot}`)])),
    gradientNorm: read('gradientNorm')[0] ?? NaN,
  };
}

/** The parameters after one update for each of the gradients. */
export function train(
  optimizer: OptimizerDefinition,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
): readonly number[] {
  let state: { parameters: readonly number[]; slots: Readonly<Record<string, readonly number[]>> } = { parameters: start, slots: {} };
  for (const [k, each] of gradients.entries()) {
    state = applyUpdate(optimizer, { ...state, gradients: each, learningRate, stepCount: k + 1 });
  }
  return state.parameters;
}
