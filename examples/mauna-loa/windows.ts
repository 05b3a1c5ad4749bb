import { horizons } from './baselines.js';
import { valueAt } from './data.js';
import type { MonthlyRecord } from './data.js';
import { inputAt, inputWidth, targetAt } from './features.js';
import type { Scaling } from './features.js';
import { windowMonths } from './split.js';

/** Inputs of the windows that end at `origins`, time-major, `[windowMonths, origins, inputWidth]`. */
export function windowInputs(record: MonthlyRecord, origins: readonly number[], scaling: Scaling): Float32Array {
  return timeMajor(origins, inputWidth, (t) => inputAt(record, t, scaling));
}

/** Targets of the same windows, `[windowMonths, origins, horizons]`. */
export function windowTargets(record: MonthlyRecord, origins: readonly number[], scaling: Scaling): Float32Array {
  return timeMajor(origins, horizons, (t) => targetAt(record, t, scaling));
}

/** The rows of the last step of a time-major array with `batch` examples and rows of `width`, `[batch, width]`. */
export function lastStep(values: Float32Array, batch: number, width: number): readonly Float32Array[] {
  const start = values.length - batch * width;
  return Array.from({ length: batch }, (_, row) => values.subarray(start + row * width, start + (row + 1) * width));
}

/** A copy of `inputs` whose growth anomalies carry Gaussian noise: no window looks the same twice, so none is learnt by heart. */
export function withNoise(inputs: Float32Array, deviation: number, gaussian: () => number): Float32Array {
  const noisy = inputs.slice();
  for (let k = 0; k < noisy.length; k += inputWidth) noisy[k] = valueAt(noisy, k) + deviation * gaussian();
  return noisy;
}

function timeMajor(origins: readonly number[], width: number, rowAt: (t: number) => readonly number[]): Float32Array {
  const values = new Float32Array(windowMonths * origins.length * width);
  for (let step = 0; step < windowMonths; step++) {
    for (const [column, origin] of origins.entries()) {
      values.set(rowAt(origin - windowMonths + 1 + step), (step * origins.length + column) * width);
    }
  }
  return values;
}
