import { cellModel } from 'cellwright';
import type { CellDefinition, ModelDefinition } from 'cellwright';
import { productFlops as flopsOf } from '../src/report/cost.js';
import type { Pass, Shape } from './shape.js';

/**
 * Floating-point operations of the products that a definition declares. A pass backwards costs two products for each one
 * forwards: by the operand and by the weights.
 */
export function productFlops(definition: CellDefinition | ModelDefinition, shape: Shape, pass: Pass): number {
  const model = definition.kind === 'cell' ? cellModel(definition) : definition;
  const { B, ...sizes } = shape;
  return B * flopsOf(model.graph).evaluate({ ...sizes }) * (pass === 'train' || pass === 'trainStep' ? 3 : 1);
}
