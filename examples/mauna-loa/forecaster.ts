import type { createCo2Forecaster } from '../../generated/co2-forecaster.js';
import { inGroups } from '../groups.js';
import { horizons, seasonalNaiveWithDrift } from './baselines.js';
import { valueAt } from './data.js';
import type { MonthlyRecord } from './data.js';
import type { Scaling } from './features.js';
import type { Forecasts } from './score.js';
import { lastStep, windowInputs } from './windows.js';

export type Co2Forecaster = ReturnType<typeof createCo2Forecaster>;

/** Windows that go through the network at once. */
export const batchSize = 16;

/** Forecasts from each origin: seasonal naive with drift, corrected by what the network predicts at the end of its window. */
export function forecastFrom(
  model: Co2Forecaster,
  record: MonthlyRecord,
  origins: readonly number[],
  scaling: Scaling,
): Forecasts {
  const forecasts = new Map<number, Float64Array>();
  for (const group of inGroups(origins, batchSize)) {
    const { outputs } = model.forward({ x: windowInputs(record, group, scaling) }, { batchSize: group.length });
    const predictions = lastStep(outputs.prediction, group.length, horizons);
    for (const [column, origin] of group.entries()) {
      const anchor = seasonalNaiveWithDrift(record.ppm.subarray(0, origin + 1));
      forecasts.set(origin, corrected(anchor, predictions[column] ?? [], scaling));
    }
  }
  return forecasts;
}

function corrected(anchor: Float64Array, prediction: ArrayLike<number>, { correction }: Scaling): Float64Array {
  return anchor.map((ppm, k) => ppm + correction.mean + correction.deviation * valueAt(prediction, k));
}
