import type { Dim } from '../graph/dim.js';
import { Binding } from './op.js';
import type { Op } from './op.js';
import { elementCount } from './strides.js';

export interface IotaAttributes {
  readonly length: Dim;
}

/** `0, 1, …, length - 1`, of dtype index. */
export const iota: Op<IotaAttributes> = {
  name: 'iota',
  family: 'special',
  resultTypes: (_, { length }) => [{ dtype: 'index', shape: [length] }],
  evaluate: (_, __, [shape]) => [Float64Array.from({ length: elementCount(shape ?? []) }, (_, k) => k)],
  vjp: () => [],
  jvp: () => [],
  batch: () => {
    throw new Error('an iota has no operands to batch');
  },
  lowering: { kind: 'iota', axis: () => 0 },
  text: (_, { length }) => `iota(${length.key})`,
  tex: (_, { length }) => `\\operatorname{iota}(${length.key})`,
  binding: Binding.atom,
};
