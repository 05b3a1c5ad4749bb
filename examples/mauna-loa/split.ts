import { horizons } from './baselines.js';
import { indexOf } from './data.js';
import type { MonthlyRecord } from './data.js';
import { firstUsableMonth } from './features.js';

/** Months that the network reads before it forecasts. */
export const windowMonths = 48;

/**
 * Origins of the forecasts: an origin is the index of the last month that a forecast may see.
 *
 *     training     every month forecast lies before 2000
 *     validation   every month forecast lies in 2000 to 2009; picks the epoch to keep
 *     test         the origin lies in 2010 or later; looked at once, when all is chosen
 */
export interface Split {
  readonly training: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits the origins of a record by time. A training window asks for a forecast at each of its months; one that would ask
 * for a month that was not measured is left out.
 */
export function splitOrigins(record: MonthlyRecord): Split {
  const validationStart = indexOf(record, 2000, 1);
  const testStart = indexOf(record, 2010, 1);
  const firstOrigin = firstUsableMonth + windowMonths - 1;
  return {
    training: range(firstOrigin, validationStart - horizons).filter((origin) => allTargetsObserved(record, origin)),
    validation: range(validationStart - 1, testStart - horizons),
    test: range(testStart, record.ppm.length - horizons),
  };
}

function allTargetsObserved(record: MonthlyRecord, origin: number): boolean {
  const firstTarget = origin - windowMonths + 2;
  return record.observed.slice(firstTarget, origin + horizons + 1).every(Boolean);
}

/** Integers from `start` up to but not including `end`. */
function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, k) => start + k);
}
