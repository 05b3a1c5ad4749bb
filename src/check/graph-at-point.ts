import type { Sizes } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import type { Tensor } from '../ops/op.js';
import { innerProduct } from './compare.js';

export type Tensors = ReadonlyMap<string, Tensor>;

/** A graph with a value for each of its inputs, by name. */
export interface GraphAtPoint {
  readonly graph: Graph;
  readonly sizes: Sizes;
  readonly inputs: Tensors;
}

/** `Σ ⟨weight, value⟩` over the weights; a value that is missing counts as zero. */
export function weightedSum(values: Tensors, weights: Tensors): number {
  let total = 0;
  for (const [name, weight] of weights) {
    const value = values.get(name);
    if (value !== undefined) total += innerProduct(value, weight);
  }
  return total;
}

/** Throws when there is none. */
export function tensorNamed(tensors: Tensors, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`there is no tensor '${name}'`);
  return found;
}
