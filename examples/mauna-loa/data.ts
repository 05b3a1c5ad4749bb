import { readFileSync } from 'node:fs';

/** Concentrations on a complete monthly grid. A month is given by its index `t` in the record. */
export interface MonthlyRecord {
  /** Calendar month of index 0, counted from January of the year 0. */
  readonly firstMonth: number;
  /** ppm, `[months]`; interpolated where `observed` is false. */
  readonly ppm: Float64Array;
  /** Whether the month was measured, `[months]`. A month that was not is read by models and never scored. */
  readonly observed: readonly boolean[];
}

/**
 * The Mauna Loa record shipped beside this file.
 *
 * @throws Error as `parseRecord`, and the file system's if the file cannot be read
 */
export function loadMaunaLoa(): MonthlyRecord {
  return parseRecord(readFileSync(new URL('data/co2-concentration.csv', import.meta.url), 'utf8'));
}

/**
 * Puts rows `YYYY-MM-DD,ppm,…` under one header line onto a monthly grid. A month without a row is filled on the straight
 * line between its measured neighbours.
 *
 * @throws Error naming the line that is malformed or out of order
 */
export function parseRecord(csv: string): MonthlyRecord {
  const measured = csv.trim().split(/\r?\n/).slice(1).map(parseRow);
  const first = measured[0];
  if (first === undefined) throw new Error('the record holds no rows');

  const ppm: number[] = [];
  const observed: boolean[] = [];
  let before = first;
  for (const [row, now] of measured.entries()) {
    const gap = now.month - before.month;
    if (row > 0 && gap < 1) {
      throw new Error(`line ${row + 2}: ${monthName(now.month)} does not come after ${monthName(before.month)}`);
    }
    for (let step = 1; step < gap; step++) {
      ppm.push(before.ppm + ((now.ppm - before.ppm) * step) / gap);
      observed.push(false);
    }
    ppm.push(now.ppm);
    observed.push(true);
    before = now;
  }
  return { firstMonth: first.month, ppm: Float64Array.from(ppm), observed };
}

/** Index in the record of a calendar month (`month` from 1 to 12), which may lie outside it. */
export function indexOf(record: MonthlyRecord, year: number, month: number): number {
  return year * 12 + month - 1 - record.firstMonth;
}

/** `2010-01` for the month at index `t`. */
export function nameOf(record: MonthlyRecord, t: number): string {
  return monthName(record.firstMonth + t);
}

/**
 * The value at index `t`.
 *
 * @throws RangeError where there is none: a forecast that looks past its origin ends here, not in a NaN
 */
export function valueAt(values: ArrayLike<number>, t: number): number {
  const value = values[t];
  if (value === undefined) throw new RangeError(`index ${t} lies outside a series of ${values.length} values`);
  return value;
}

interface Measurement {
  readonly month: number;
  readonly ppm: number;
}

function parseRow(line: string, row: number): Measurement {
  const [, year, month, ppm] = /^(\d{4})-(0[1-9]|1[0-2])-\d{2},(\d+(?:\.\d+)?)(?:,|$)/.exec(line) ?? [];
  if (ppm === undefined) throw new Error(`line ${row + 2}: expected YYYY-MM-DD,ppm and found '${line}'`);
  return { month: Number(year) * 12 + Number(month) - 1, ppm: Number(ppm) };
}

function monthName(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}
