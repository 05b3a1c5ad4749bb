import { initializeCo2Forecaster } from '../../generated/co2-forecaster.js';
import type { Epoch } from '../epoch-progress.js';
import { inGroups } from '../groups.js';
import { randomStream } from '../random.js';
import type { MonthlyRecord } from './data.js';
import type { Scaling } from './features.js';
import { batchSize, forecastFrom } from './forecaster.js';
import type { Co2Forecaster } from './forecaster.js';
import { score } from './score.js';
import type { Split } from './split.js';
import { windowInputs, windowTargets, withNoise } from './windows.js';

export interface TrainingOptions {
  readonly epochs: number;
  readonly learningRate: number;
  /** Standard deviation of the noise on the scaled growth anomalies. */
  readonly inputNoise: number;
  /** Names the initial parameters, the order of the windows and the noise. */
  readonly seed: number;
}

/**
 * Trains the model from scratch and leaves it with the parameters of the epoch that forecast the validation origins best.
 *
 * @param report called after every epoch, with the mean squared error of the scaled corrections and the RMSE of the forecasts of 2000 to
 *   2009, ppm
 * @returns the epoch whose parameters were kept
 */
export function train(
  model: Co2Forecaster,
  record: MonthlyRecord,
  split: Pick<Split, 'training' | 'validation'>,
  scaling: Scaling,
  { epochs, learningRate, inputNoise, seed }: TrainingOptions,
  report: (epoch: Epoch) => void,
): Epoch {
  initializeCo2Forecaster(model, seed);
  const random = randomStream(seed);
  let kept: Epoch = { epoch: 0, loss: Infinity, validation: Infinity };
  let checkpoint = model.save();

  for (let epoch = 1; epoch <= epochs; epoch++) {
    // Full batches only; the shuffle leaves out other windows each time.
    const batches = inGroups(random.shuffle(split.training), batchSize).filter((origins) => origins.length === batchSize);
    let sum = 0;
    for (const origins of batches) {
      const x = withNoise(windowInputs(record, origins, scaling), inputNoise, random.gaussian);
      const target = windowTargets(record, origins, scaling);
      sum += model.trainStep({ x, target }, { learningRate }).loss;
    }
    const validation = score(record, forecastFrom(model, record, split.validation, scaling)).overall;
    const now: Epoch = { epoch, loss: sum / batches.length, validation };
    if (validation < kept.validation) {
      kept = now;
      checkpoint = model.save();
    }
    report(now);
  }
  model.load(checkpoint);
  return kept;
}
