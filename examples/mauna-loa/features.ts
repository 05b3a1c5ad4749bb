import { drift, driftYears, horizons } from './baselines.js';
import { valueAt } from './data.js';
import type { MonthlyRecord } from './data.js';

/**
 * What the network reads and what it predicts.
 *
 * The record rises by a third and swings by 6 ppm a year, and neither is news: seasonal naive with drift knows both. The network
 * is left with the rest. Each month it reads how much faster than the drift the last twelve months grew, and where in the
 * year it is; it predicts, for each of the next twelve months, the correction to seasonal naive with drift.
 */
export const inputWidth = 3;

/** Index of the first month with a drift behind it. */
export const firstUsableMonth = 12 * driftYears;

/** Means and standard deviations, of the training period only, ppm. */
export interface Scaling {
  readonly anomaly: Moments;
  readonly correction: Moments;
}

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** Fits the scaling to forecasts from `origins`; reads nothing later than the last of them plus twelve months. */
export function fitScaling(record: MonthlyRecord, origins: readonly number[]): Scaling {
  const corrections = origins.flatMap((t) => Array.from({ length: horizons }, (_, k) => correction(record.ppm, t, k + 1)));
  return { anomaly: moments(origins.map((t) => growthAnomaly(record.ppm, t))), correction: moments(corrections) };
}

/** Input of the network at month `t`, `[inputWidth]`, each with mean 0 and variance 1; reads nothing after `t`. */
export function inputAt(record: MonthlyRecord, t: number, { anomaly }: Scaling): readonly number[] {
  const season = (2 * Math.PI * ((record.firstMonth + t) % 12)) / 12;
  return [
    (growthAnomaly(record.ppm, t) - anomaly.mean) / anomaly.deviation,
    Math.SQRT2 * Math.sin(season),
    Math.SQRT2 * Math.cos(season),
  ];
}

/** Target of the network at month `t`: the scaled correction of each horizon, `[horizons]`. */
export function targetAt(record: MonthlyRecord, t: number, scaling: Scaling): readonly number[] {
  const { mean, deviation } = scaling.correction;
  return Array.from({ length: horizons }, (_, k) => (correction(record.ppm, t, k + 1) - mean) / deviation);
}

/** Growth over the twelve months up to `t` less the drift, ppm. */
function growthAnomaly(ppm: Float64Array, t: number): number {
  return valueAt(ppm, t) - valueAt(ppm, t - 12) - drift(ppm, t);
}

/** What seasonal naive with drift, issued at month `t`, lacks at month `t + ahead`, ppm. */
function correction(ppm: Float64Array, t: number, ahead: number): number {
  return valueAt(ppm, t + ahead) - valueAt(ppm, t + ahead - 12) - drift(ppm, t);
}

function moments(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
