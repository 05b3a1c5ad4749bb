import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Evaluation } from './evaluation.js';
import { charactersPerUpdate, trainHalf } from './thread.js';
import type { TrainingPlan } from './thread.js';

/** How training stands. */
export interface Progress {
  /** Characters learnt from so far. */
  readonly characters: number;
  /** Of training, of the streams that this thread reads: a mean that forgets, bits per character. */
  readonly loss: number;
  /** Bits per character on the validation texts, as of the last time that it was measured. */
  readonly validation: number;
  /** Characters learnt from per second, measuring left out. */
  readonly speed: number;
}

export interface Trained {
  readonly parameters: Float32Array;
  /** How it stood each time that validation was measured. */
  readonly curve: readonly Progress[];
}

/** How much of the mean loss is left after an update. */
const memory = 0.99;

/**
 * Trains in two threads, this one and one more.
 *
 * @param measurements how often validation is measured, at equal distances, the last time at the end
 * @param report called after every update
 * @throws what the second thread throws, if it fails
 */
export async function train(plan: TrainingPlan, validation: Evaluation, measurements: number, report: (progress: Progress) => void): Promise<Trained> {
  const partner = new Worker(new URL('./partner.ts', import.meta.url), { workerData: plan });
  const done = once(partner, 'exit');
  const curve: Progress[] = [];
  let now: Progress = { characters: 0, loss: NaN, validation: NaN, speed: NaN };
  let parameters: Float32Array = new Float32Array();
  let seconds = 0;
  let before = performance.now();
  for (const { update, loss, parameters: updated } of trainHalf(0, plan)) {
    seconds += (performance.now() - before) / 1000;
    const characters = update * charactersPerUpdate;
    const bits = loss / Math.LN2;
    now = { ...now, characters, loss: update === 1 ? bits : memory * now.loss + (1 - memory) * bits, speed: characters / seconds };
    parameters = updated;
    if (update >= ((curve.length + 1) * plan.updates) / measurements) {
      now = { ...now, validation: validation.bitsOf(parameters) };
      curve.push(now);
    }
    report(now);
    before = performance.now();
  }
  await done;
  return { parameters, curve };
}
