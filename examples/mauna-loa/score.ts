import { horizons } from './baselines.js';
import { valueAt } from './data.js';
import type { MonthlyRecord } from './data.js';

/** Twelve months ahead of each origin, ppm. */
export type Forecasts = ReadonlyMap<number, Float64Array>;

/** Root mean squared errors, ppm. */
export interface Score {
  /** Over all origins and horizons. */
  readonly overall: number;
  /** Over all origins, for 1 to 12 months ahead, `[horizons]`. */
  readonly byHorizon: readonly number[];
}

/** Scores forecasts against the months that were measured; a month that was interpolated counts nowhere. */
export function score(record: MonthlyRecord, forecasts: Forecasts): Score {
  const squares = new Float64Array(horizons);
  const counts = new Float64Array(horizons);
  for (const [origin, forecast] of forecasts) {
    for (const [k, predicted] of forecast.entries()) {
      const t = origin + k + 1;
      if (record.observed[t] !== true) continue;
      squares[k] = valueAt(squares, k) + (predicted - valueAt(record.ppm, t)) ** 2;
      counts[k] = valueAt(counts, k) + 1;
    }
  }
  return {
    overall: Math.sqrt(total(squares) / total(counts)),
    byHorizon: Array.from(squares, (square, k) => Math.sqrt(square / valueAt(counts, k))),
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
