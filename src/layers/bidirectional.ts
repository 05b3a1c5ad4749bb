import { concat, slice } from '../declare/index.js';
import type { CellDefinition, Expression, SequenceOptions } from '../declare/index.js';
import { Dim } from '../graph/dim.js';
import { firstStep, lastStep } from './last-step.js';
import { runAlone } from './stack.js';
import type { Steps } from './stack.js';

/**
 * A cell from the first step to the last, and one of its own from the last to the first: `[T, 2H]`, both outputs of a step side
 * by side; `bothEnds` takes the last of each. Parameters and states are `fwd.W_z`, `bwd.c`, with the name of the layer in front if
 * it has one. With lengths the second starts at the end of each sequence. Schuster & Paliwal 1997, "Bidirectional Recurrent Neural Networks".
 *
 * @throws DeclarationError for a cell with several inputs or outputs, and as `sequence`
 */
export function bidirectional(cell: CellDefinition, x: Steps, { name, ...options }: Omit<SequenceOptions, 'reverse'> = {}): Steps {
  const path = name === undefined ? '' : `${name}.`;
  return concat([runAlone(cell, x, { ...options, name: `${path}fwd` }), runAlone(cell, x, { ...options, name: `${path}bwd`, reverse: true })], -1);
}

/**
 * What each direction of a bidirectional layer says at its end, `[T, 2H]` to `[2H]`: the first half of the last step, and of the first
 * step the second half. With lengths the last step is that of each sequence; one of no steps gives zeros.
 *
 * @throws DeclarationError for a value without steps, or of an odd width
 */
export function bothEnds(both: Steps): Expression<readonly [string | number]> {
  const { declaration, node } = both;
  const [last, first] = [lastStep(both), firstStep(both)]; // [2H]
  const width = node.type.shape[1] ?? Dim.zero;
  const half = Dim.ceilDiv(width, 2);
  if (!half.times(2).equals(width)) throw declaration.error(`bothEnds takes two directions side by side, [T, 2H], not [T, ${width.key}]`);
  return concat([slice(last, 0, half), slice(first, half, half)]);
}
