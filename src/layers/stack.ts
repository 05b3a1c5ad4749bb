import { add, sequence } from '../declare/index.js';
import type { CellDefinition, Expression, SequenceOptions } from '../declare/index.js';
import { sameShape } from '../graph/dim.js';

/** `[T, …]`. */
export type Steps = Expression<readonly ['T', string | number]>;

/** What turns one sequence into another: a cell with one input and one output, or a function that is told its name. */
export type StackLayer = CellDefinition | ((value: Steps, name: string) => Steps);

export interface StackOptions extends Pick<SequenceOptions, 'initialState' | 'clipCotangent'> {
  /** What stands in front of the names of the layers. */
  readonly name?: string;
  /** Adds what a layer is given to what it gives, where both have the same shape. He et al. 2016, "Deep Residual Learning", eq. 1. */
  readonly residual?: boolean;
}

/**
 * Layers one above the other: each is given the outputs of all steps of the one below. They are called `L0`, `L1`, …, so that
 * parameters are `L0.W_z` and states `L1.c`. How states start and are clipped holds for the cells among them.
 *
 * @returns the outputs of the uppermost
 * @throws DeclarationError for a cell with several inputs or outputs, and as `sequence`
 */
export function stack(layers: readonly StackLayer[], x: Steps, { name, residual = false, ...options }: StackOptions = {}): Steps {
  return layers.reduce((value, layer, k) => {
    const own = `${name === undefined ? '' : `${name}.`}L${String(k)}`;
    const out = typeof layer === 'function' ? layer(value, own) : runAlone(layer, value, { ...options, name: own });
    return residual && sameShape(out.node.type.shape, value.node.type.shape) ? add(out, value) : out;
  }, x);
}

/** Runs a cell whose one output depends on one input. */
export function runAlone(cell: CellDefinition, value: Steps, options: SequenceOptions): Steps {
  const [input, ...inputs] = cell.inputs.keys();
  if (input === undefined || inputs.length > 0 || cell.outputs.length !== 1) {
    throw value.declaration.error(`the cell '${cell.name}' has not one input and one output; give a function that runs it by sequence`);
  }
  const [result] = Object.values(sequence(cell, Object.fromEntries([[input, value]]), options).outputs);
  return result as Steps;
}
