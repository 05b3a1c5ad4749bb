import { cosineDecay } from '../cosine-decay.js';
import { inGroups } from '../groups.js';
import { randomStream } from '../random.js';
import { batchOf } from './data.js';
import type { Example } from './data.js';
import { batchSize } from './network.js';
import type { BuiltVariant, Network } from './network.js';

export interface TrainingOptions {
  readonly epochs: number;
  /** At the start; it falls to zero on half a cosine. */
  readonly learningRate: number;
  /** Names the initial parameters and the order of the pictures. */
  readonly seed: number;
}

/** Trains a variant from scratch; its network is left as the last epoch made it. */
export function train({ network, initialize }: BuiltVariant, training: readonly Example[], { epochs, learningRate, seed }: TrainingOptions): void {
  initialize(seed);
  const random = randomStream(seed);
  const batches = Math.floor(training.length / batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [k, group] of inGroups(random.shuffle(training), batchSize).slice(0, batches).entries()) {
      const done = (epoch + k / batches) / epochs;
      network.trainStep(batchOf(group), { learningRate: learningRate * cosineDecay(done) });
    }
  }
}

/** The share of pictures that are taken for another digit. */
export function errorRate(network: Network, examples: readonly Example[]): number {
  let wrong = 0;
  for (const group of inGroups(examples, batchSize)) {
    const { logits } = network.forward({ x: batchOf(group).x }, { batchSize: group.length }).outputs;
    const classes = logits.length / group.length;
    for (const [k, { digit }] of group.entries()) {
      const own = logits.subarray(k * classes, (k + 1) * classes);
      if (own.indexOf(Math.max(...own)) !== digit) wrong++;
    }
  }
  return wrong / examples.length;
}
