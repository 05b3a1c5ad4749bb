import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LibraryMeasurements } from '../../bench/library-measurements.js';
import { catalogue } from './catalogue.js';
import type { Catalogue } from './catalogue.js';
import { catalogueCells } from './library.js';

export const pageFile = fileURLToPath(new URL('../cells.md', import.meta.url));

/** The page as it should be now, from the definitions and the last measurements. */
export function currentPage(): Catalogue {
  const measurements = JSON.parse(readFileSync(new URL('../../bench/cells.json', import.meta.url), 'utf8')) as LibraryMeasurements;
  return catalogue(catalogueCells(), measurements);
}
