import { initializeDigitClassifier } from '../../generated/digit-classifier.js';
import { cosineDecay } from '../cosine-decay.js';
import type { Epoch } from '../epoch-progress.js';
import { inGroups } from '../groups.js';
import { randomStream } from '../random.js';
import { batchOf } from './batch.js';
import { batchSize, classify } from './classifier.js';
import type { DigitClassifier } from './classifier.js';
import { cutAtRandom, jitter } from './cutting.js';
import type { CutPicture } from './cutting.js';
import type { Picture } from './data.js';
import { accuracyOf } from './score.js';

export interface TrainingOptions {
  readonly epochs: number;
  /** At the start; it falls to zero on half a cosine. */
  readonly learningRate: number;
  /** Names the initial parameters, the order of the pictures and how they are cut and moved. */
  readonly seed: number;
}

/**
 * Trains the network from scratch. In every epoch the pictures are cut and moved anew.
 *
 * @param report called after every epoch, with the cross-entropy in nats and the share of the validation pictures that are read right
 */
export function train(
  model: DigitClassifier,
  training: readonly Picture[],
  validation: readonly CutPicture[],
  { epochs, learningRate, seed }: TrainingOptions,
  report: (epoch: Epoch) => void,
): void {
  initializeDigitClassifier(model, seed);
  const random = randomStream(seed);
  const batches = Math.floor(training.length / batchSize);

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const pictures = cutAtRandom(jitter(random.shuffle(training), random), random);
    let sum = 0;
    for (const [k, group] of inGroups(pictures, batchSize).slice(0, batches).entries()) {
      const done = (epoch - 1 + k / batches) / epochs;
      const { rows, digit, lengths } = batchOf(group);
      sum += model.trainStep({ rows, digit }, { lengths, learningRate: learningRate * cosineDecay(done) }).loss;
    }
    report({ epoch, loss: sum / batches, validation: accuracyOf(validation, classify(model, validation)) });
  }
}
