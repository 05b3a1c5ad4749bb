import { describe, expect, it } from 'vitest';
import { batchOf } from '../../examples/digits/batch.js';
import { cutAtRandom, jitter, mostRowsCut, moved } from '../../examples/digits/cutting.js';
import { side } from '../../examples/digits/data.js';
import { nearestNeighbours } from '../../examples/digits/nearest-neighbour.js';
import { plot } from '../../examples/digits/plot.js';
import { resultTable } from '../../examples/digits/report.js';
import { accuracyByRows, accuracyOf } from '../../examples/digits/score.js';
import { splitPictures } from '../../examples/digits/split.js';
import { inGroups } from '../../examples/groups.js';
import { randomStream } from '../../examples/random.js';

/** A picture whose pixels all differ. */
const picture = (digit: number) => ({ digit, pixels: Float32Array.from({ length: side ** 2 }, (_, place) => place + 1 + digit / 16) });
const pictures = Array.from({ length: 30 }, (_, k) => picture(k % 10));

describe('the split', () => {
  const split = splitPictures(Array.from({ length: 10_000 }, (_, k) => k));

  it('puts each picture into one part: 2000 for the test', () => {
    const parts = [split.training, split.validation, split.test];
    expect(parts.map((part) => part.length)).toEqual([7000, 1000, 2000]);
    expect(new Set(parts.flat()).size).toBe(10_000);
  });
});

describe('cutting', () => {
  it('leaves each number of rows about as often, and the pixels alone', () => {
    const many = Array.from({ length: 9000 }, (_, k) => picture(k % 10));
    const cut = cutAtRandom(many, randomStream(1));
    for (let rows = side - mostRowsCut; rows <= side; rows++) {
      expect(Math.abs(cut.filter((own) => own.rows === rows).length - 1000)).toBeLessThan(150);
    }
    expect(cut.every(({ pixels }, k) => pixels === many[k]?.pixels)).toBe(true);
  });

  it('is the same for the same seed', () => {
    const rows = (seed: number) => cutAtRandom(pictures, randomStream(seed)).map((own) => own.rows);
    expect(rows(5)).toEqual(rows(5));
    expect(rows(5)).not.toEqual(rows(6));
  });

  it('moves pictures, with no ink where nothing comes from', () => {
    const { pixels } = picture(0);
    const down = moved(pixels, 1, 0);
    expect(Array.from(down.subarray(0, side))).toEqual(new Array<number>(side).fill(0));
    expect(down.subarray(side)).toEqual(pixels.subarray(0, side ** 2 - side));
    const left = moved(pixels, 0, -1);
    expect(left[side - 1]).toBe(0);
    expect(left.subarray(0, side - 1)).toEqual(pixels.subarray(1, side));
    for (const { pixels: own } of jitter(pictures, randomStream(2))) expect(own.filter((value) => value === 0).length).toBeLessThanOrEqual(2 * side - 1);
  });
});

describe('a batch', () => {
  const cut = [{ ...picture(3), rows: 28 }, { ...picture(7), rows: 20 }];
  const batch = batchOf(cut);

  it('is time-major, and says how long each is', () => {
    expect(Array.from(batch.lengths)).toEqual([28, 20]);
    expect(Array.from(batch.digit)).toEqual([3, 7]);
    for (let row = 0; row < 20; row++) {
      expect(batch.rows.subarray((row * 2 + 1) * side, (row * 2 + 2) * side)).toEqual(cut[1]?.pixels.subarray(row * side, (row + 1) * side));
    }
  });

  it('has nothing where rows were cut off', () => {
    for (let row = 20; row < side; row++) {
      expect(batch.rows.subarray(row * 2 * side, (row * 2 + 1) * side).every(Number.isFinite)).toBe(true);
      expect(batch.rows.subarray((row * 2 + 1) * side, (row * 2 + 2) * side).every(Number.isNaN)).toBe(true);
    }
  });

  it('groups all items, the rest in a group of its own', () => {
    expect(inGroups([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('the nearest neighbour', () => {
  const flat = (digit: number, above: number, below: number) => ({
    digit,
    pixels: Float32Array.from({ length: side ** 2 }, (_, place) => (place < 20 * side ? above : below)),
  });
  const training = [flat(1, 0, 0), flat(2, 1, 0)];

  it('is judged by the rows that are left', () => {
    const asked = flat(0, 0.4, 1);
    expect(nearestNeighbours(training, [{ ...asked, rows: 28 }, { ...asked, rows: 20 }])).toEqual([1, 1]);
    const other = [flat(1, 0, 0), flat(2, 1, 1)];
    // Above it is nearer to the one, with what is below to the other.
    expect(nearestNeighbours(other, [{ ...asked, rows: 28 }, { ...asked, rows: 20 }])).toEqual([2, 1]);
  });
});

describe('the report', () => {
  const cut = [20, 20, 28, 28].map((rows, k) => ({ ...picture(k), rows }));
  const contenders = [
    { name: 'always 0', readings: [0, 0, 0, 0] },
    { name: 'network', readings: [0, 1, 2, 9] },
  ];

  it('counts by the rows that are left', () => {
    expect(accuracyOf(cut, contenders[1]?.readings ?? [])).toBe(0.75);
    expect(accuracyByRows(cut, contenders[1]?.readings ?? [])).toEqual([
      { rows: 20, pictures: 2, accuracy: 1 },
      { rows: 28, pictures: 2, accuracy: 0.5 },
    ]);
  });

  it('has a line for each number of rows, and one for all', () => {
    const lines = resultTable(cut, contenders).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toMatch(/all .* 4 .* 25\.0 % .* 75\.0 %/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('draws what was misread, without a coordinate that is no number', () => {
    const svg = plot(cut, contenders);
    expect(svg).toContain('Misread: 1 of 1');
    expect(svg).toContain('3 → 9');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});
