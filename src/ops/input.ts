import type { ValueType } from '../graph/node.js';
import { Binding } from './op.js';
import type { Op } from './op.js';

export interface InputAttributes {
  readonly name: string;
  readonly type: ValueType;
}

/** A value from outside the graph. */
export const input: Op<InputAttributes> = {
  name: 'input',
  family: 'special',
  resultTypes: (_, { type }) => [type],
  evaluate: (_, { name }) => {
    throw new Error(`no value given for the input '${name}'`);
  },
  vjp: () => [],
  jvp: () => [],
  batch: () => {
    throw new Error('an input has no operands to batch');
  },
  lowering: { kind: 'input' },
  text: (_, { name }) => name,
  tex: (_, { name }) => name,
  binding: Binding.atom,
};
