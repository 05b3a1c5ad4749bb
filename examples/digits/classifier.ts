import type { createDigitClassifier } from '../../generated/digit-classifier.js';
import { inGroups } from '../groups.js';
import { batchOf } from './batch.js';
import type { CutPicture } from './cutting.js';

export type DigitClassifier = ReturnType<typeof createDigitClassifier>;

/** Pictures that go through the network at once. */
export const batchSize = 50;

/** What the network takes each picture for. */
export function classify(model: DigitClassifier, pictures: readonly CutPicture[]): readonly number[] {
  return inGroups(pictures, batchSize).flatMap((group) => {
    const { rows, lengths } = batchOf(group);
    const { outputs } = model.forward({ rows }, { lengths, batchSize: group.length });
    return group.map((_, k) => likeliest(outputs.logits.subarray(k * model.sizes.O, (k + 1) * model.sizes.O)));
  });
}

function likeliest(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits));
}
