import { concat } from '../declare/index.js';
import type { CellDefinition, SequenceOptions } from '../declare/index.js';
import { runAlone } from './stack.js';
import type { Steps } from './stack.js';

/**
 * A cell from the first step to the last, and one of its own from the last to the first: `[T, 2H]`, both outputs of a step side
 * by side. Parameters and states are `fwd.W_z`, `bwd.c`, with the name of the layer in front if it has one. With lengths the second
 * starts at the end of each sequence. Schuster & Paliwal 1997, "Bidirectional Recurrent Neural Networks".
 *
 * @throws DeclarationError for a cell with several inputs or outputs, and as `sequence`
 */
export function bidirectional(cell: CellDefinition, x: Steps, { name, ...options }: Omit<SequenceOptions, 'reverse'> = {}): Steps {
  const path = name === undefined ? '' : `${name}.`;
  return concat([runAlone(cell, x, { ...options, name: `${path}fwd` }), runAlone(cell, x, { ...options, name: `${path}bwd`, reverse: true })], -1);
}
