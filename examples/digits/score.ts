import type { CutPicture } from './cutting.js';

/** The share of pictures that are read right. */
export function accuracyOf(pictures: readonly CutPicture[], readings: readonly number[]): number {
  return pictures.filter(({ digit }, k) => digit === readings[k]).length / pictures.length;
}

/** Pictures of which as many rows are left. */
export interface Group {
  readonly rows: number;
  readonly pictures: number;
  readonly accuracy: number;
}

/** How accurate readings are by the number of rows that are left, the fewest first. */
export function accuracyByRows(pictures: readonly CutPicture[], readings: readonly number[]): readonly Group[] {
  const counts = new Map<number, { pictures: number; right: number }>();
  for (const [k, { rows, digit }] of pictures.entries()) {
    const group = counts.get(rows) ?? { pictures: 0, right: 0 };
    group.pictures++;
    if (digit === readings[k]) group.right++;
    counts.set(rows, group);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([rows, group]) => ({ rows, pictures: group.pictures, accuracy: group.right / group.pictures }));
}
