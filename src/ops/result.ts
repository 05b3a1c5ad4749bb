import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';

export interface ResultAttributes {
  readonly index: number;
}

/** One result of a node with several. Derivatives and batching go straight to that node, never through this one. */
export const result: Op<ResultAttributes> = {
  name: 'result',
  family: 'special',
  resultTypes(_, { index }, [node]) {
    const type = node?.results[index];
    if (type === undefined) throw new ShapeError(`'${node?.op.name ?? ''}' has no result ${String(index)}`);
    return [type];
  },
  evaluate: () => {
    throw new Error('a result is read off its node');
  },
  vjp: () => [],
  jvp: () => [],
  batch: () => {
    throw new Error('a result is batched with its node');
  },
  lowering: { kind: 'result', index: ({ index }) => index },
  text: ([a], { index }) => `${String(a)}.${String(index)}`,
  tex: ([a], { index }) => `${String(a)}^{[${String(index + 1)}]}`,
  binding: Binding.atom,
};
