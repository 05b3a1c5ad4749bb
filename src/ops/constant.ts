import { Dim } from '../graph/dim.js';
import type { Dtype } from '../graph/node.js';
import { Binding } from './op.js';
import type { Op } from './op.js';

export interface ConstantAttributes {
  readonly dtype: Dtype;
  /** A number, or a size that becomes one when the sizes are known. */
  readonly value: number | Dim;
}

const print = ({ value }: ConstantAttributes): string => (value instanceof Dim ? value.key : String(value));

/** A scalar known when the module is built. */
export const constant: Op<ConstantAttributes> = {
  name: 'constant',
  family: 'special',
  resultTypes: (_, { dtype }) => [{ dtype, shape: [] }],
  evaluate: (_, { value }, __, { sizes }) => [Float64Array.of(value instanceof Dim ? value.evaluate(sizes) : value)],
  vjp: () => [],
  jvp: () => [],
  batch: () => {
    throw new Error('a constant has no operands to batch');
  },
  lowering: {
    kind: 'constant',
    scalar: ({ value }) => (value instanceof Dim ? { kind: 'dim', dim: value } : { kind: 'number', value }),
  },
  text: (_, attributes) => print(attributes),
  tex: (_, attributes) => print(attributes),
  binding: Binding.atom,
};
