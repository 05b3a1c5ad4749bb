import type { CellDefinition } from './cell.js';
import type { Expression } from './expression.js';
import { defineModel } from './model.js';
import type { ModelDefinition } from './model.js';
import { sequence } from './sequence.js';
import type { InputSpecification } from './signature.js';

/** A model that is one cell over all steps: what a module generated from a cell computes. */
export function cellModel(cell: CellDefinition): ModelDefinition {
  const inputs: Record<string, InputSpecification> = {};
  for (const [name, { shape, dtype }] of cell.inputs) {
    const stacked = ['T', ...shape.map((dim) => dim.key)];
    inputs[name] = dtype === 'index' ? { shape: stacked, dtype } : stacked;
  }
  return defineModel(cell.name, { dims: cell.dims, inputs }, (values) => ({
    outputs: sequence(cell, values as Record<string, Expression<readonly ['T', ...string[]]>>).outputs,
  }));
}
