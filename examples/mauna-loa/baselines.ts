import { valueAt } from './data.js';

/** How many months ahead every method forecasts. */
export const horizons = 12;

/**
 * Years over which the drift is averaged. Of 1 to 30 years, 5 is within 0.01 ppm of the best (8) on the validation origins,
 * 2000 to 2009, so that the network is not measured against a weak baseline.
 */
export const driftYears = 5;

/**
 * Forecasts the twelve months after the last one of `past`, in ppm, `[horizons]`. A method is given the past alone, so it
 * has no way to look ahead.
 */
export type ForecastMethod = (past: Float64Array) => Float64Array;

/** Every month to come is like the last one. */
export const persistence: ForecastMethod = (past) => new Float64Array(horizons).fill(valueAt(past, past.length - 1));

/** Every month to come is like the same month a year earlier. */
export const seasonalNaive: ForecastMethod = (past) => forecastEach((ahead) => valueAt(past, past.length - 1 + ahead - 12));

/** The same month a year earlier, plus what a year adds on average. */
export const seasonalNaiveWithDrift: ForecastMethod = (past) => {
  const origin = past.length - 1;
  const growth = drift(past, origin);
  return forecastEach((ahead) => valueAt(past, origin + ahead - 12) + growth);
};

/** Mean growth over the `driftYears` up to index `t`, ppm per year. */
export function drift(ppm: Float64Array, t: number): number {
  return (valueAt(ppm, t) - valueAt(ppm, t - 12 * driftYears)) / driftYears;
}

function forecastEach(forecast: (ahead: number) => number): Float64Array {
  return Float64Array.from({ length: horizons }, (_, k) => forecast(k + 1));
}
