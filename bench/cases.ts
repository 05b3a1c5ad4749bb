import type { CellDefinition, ModelDefinition, OptimizerDefinition } from 'cellwright';
import { createCell } from '../src/cells/registry.js';
import type { CellName } from '../src/cells/registry.js';
import { characterModel, characterOptimizer, characterTrainer } from './character-model.js';
import { characterShape, sequenceShapes, shapeName, streamingShape } from './shape.js';
import type { Pass, Shape } from './shape.js';
import { twoTempo } from './two-tempo-cell.js';

/** A definition at one shape, and what is timed there. */
export interface Case {
  /** As the registry of cells calls it. */
  readonly cell: string;
  readonly definition: CellDefinition | ModelDefinition;
  /** Of cases with the pass `trainStep`. */
  readonly optimizer?: OptimizerDefinition;
  readonly layers: number;
  readonly shape: Shape;
  readonly passes: readonly Pass[];
}

const library: readonly CellName[] = ['vanilla-lstm', 'np-lstm', 'gru-v3', 'gru-v1', 'cifg', 'layernorm-lstm', 'slstm'];

export const cells: readonly { readonly cell: string; readonly definition: CellDefinition }[] = [
  ...library.map((cell) => ({ cell, definition: createCell(cell) })),
  { cell: 'two-tempo', definition: twoTempo },
];

/** Shape by shape, so that the cells that are compared run one after the other. */
const allCases: readonly Case[] = [
  ...sequenceShapes.flatMap((shape) => ofAllCells(shape, ['forward', 'train'])),
  { cell: 'character-model', definition: characterModel, layers: 2, shape: characterShape, passes: ['forward', 'train'] },
  { cell: 'character-trainer', definition: characterTrainer, optimizer: characterOptimizer, layers: 2, shape: characterShape, passes: ['trainStep'] },
  ...ofAllCells(streamingShape, ['step', 'train']),
];

function ofAllCells(shape: Shape, passes: readonly Pass[]): Case[] {
  return cells.map(({ cell, definition }) => ({ cell, definition, layers: 1, shape, passes }));
}

/**
 * The cases that the words name: cells (`gru-v1` or `gruV1`), shapes (`100x1x4x16`) and passes. Words of one kind add
 * up, kinds narrow each other; no words means all.
 *
 * @throws RangeError for a word that names nothing
 */
export function selectCases(words: readonly string[]): Case[] {
  const known = {
    cell: new Set(allCases.map(({ cell }) => plain(cell))),
    shape: new Set(allCases.map(({ shape }) => shapeName(shape))),
    pass: new Set(allCases.flatMap(({ passes }) => passes.map(plain))),
  };
  const named = new Set(words.map(plain));
  const unknown = words.find((word) => !Object.values(known).some((names) => names.has(plain(word))));
  if (unknown !== undefined) {
    const choices = [cellNames(), [...known.shape], passNames()].map((names) => `  ${names.join(', ')}`);
    throw new RangeError([`nothing is called '${unknown}'; there are`, ...choices].join('\n'));
  }
  const wanted = (kind: keyof typeof known, name: string): boolean =>
    named.has(name) || ![...known[kind]].some((other) => named.has(other));
  return allCases
    .filter(({ cell, shape }) => wanted('cell', plain(cell)) && wanted('shape', shapeName(shape)))
    .map((each) => ({ ...each, passes: each.passes.filter((pass) => wanted('pass', plain(pass))) }))
    .filter(({ passes }) => passes.length > 0);
}

const cellNames = (): string[] => [...new Set(allCases.map(({ cell }) => cell))];
const passNames = (): string[] => [...new Set(allCases.flatMap(({ passes }) => passes))];

/** Of `gru-v1`, `gruV1` and `GRU v1`, what they have in common. */
const plain = (word: string): string => word.toLowerCase().replace(/[^a-z\d]/g, '');
