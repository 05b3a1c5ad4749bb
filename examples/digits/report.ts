import { table } from '../table.js';
import { accuracyByRows, accuracyOf } from './score.js';
import type { CutPicture } from './cutting.js';

/** What one method takes the test pictures for. */
export interface Contender {
  readonly name: string;
  readonly readings: readonly number[];
}

/** A line for each number of rows that are left, and one for all pictures together: shares read right, in per cent. */
export function resultTable(pictures: readonly CutPicture[], contenders: readonly Contender[]): string {
  const columns = contenders.map(({ readings }) => accuracyByRows(pictures, readings));
  const [groups = []] = columns;
  const rows = groups.map((group, k) => [
    String(group.rows),
    String(group.pictures),
    ...columns.map((column) => percent(column[k]?.accuracy ?? NaN)),
  ]);
  const all = ['all', String(pictures.length), ...contenders.map(({ readings }) => percent(accuracyOf(pictures, readings)))];
  return table(['rows left', 'pictures', ...contenders.map(({ name }) => name)], [...rows, all]);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
