import { readFileSync, readdirSync } from 'node:fs';
import { cellRegistry, createCell } from '../../src/cells/registry.js';
import type { CellName } from '../../src/cells/registry.js';
import type { CellDefinition } from '../../src/declare/index.js';
import { docblocksOf } from './docblocks.js';
import type { Docblock } from './docblocks.js';

/** A cell as the catalogue sees it. */
export interface CatalogueCell {
  readonly name: CellName;
  readonly definition: CellDefinition;
  readonly docblock: Docblock;
  /** Its source, from the root of the repository. */
  readonly file: string;
}

/**
 * All cells, in the order of the registry.
 *
 * @throws Error for a cell that no file of `src/cells` exports
 */
export function catalogueCells(): CatalogueCell[] {
  const folder = new URL('../../src/cells/', import.meta.url);
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts' && file !== 'registry.ts')
    .map((file) => ({ file: `src/cells/${file}`, docblocks: docblocksOf(readFileSync(new URL(file, folder), 'utf8')) }));
  return (Object.keys(cellRegistry) as CellName[]).map((name) => {
    const definition = createCell(name);
    const source = sources.find(({ docblocks }) => docblocks.has(definition.name));
    const docblock = source?.docblocks.get(definition.name);
    if (source === undefined || docblock === undefined) throw new Error(`no file of src/cells exports '${definition.name}'`);
    return { name, definition, docblock, file: source.file };
  });
}
