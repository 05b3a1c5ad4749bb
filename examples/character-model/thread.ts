import { createCharacterModel, initializeCharacterModel } from '../../generated/character-model.js';
import { randomStream } from '../random.js';
import { takeMean } from './exchange.js';
import type { SharedValues } from './exchange.js';
import { chunks } from './streams.js';

/** Both threads are given the same. */
export interface TrainingPlan {
  readonly texts: readonly Uint8Array[];
  /** How often the parameters are updated. */
  readonly updates: number;
  /** After the first updates; from there it falls to zero on half a cosine. */
  readonly learningRate: number;
  /** Names the initial parameters and the order of the texts. */
  readonly seed: number;
  /** For the gradients. */
  readonly shared: SharedValues;
}

export interface Update {
  /** From 1. */
  readonly update: number;
  /** Of this thread's streams, before the update, nats per character. */
  readonly loss: number;
  /** Of this thread's network, after it. */
  readonly parameters: Float32Array;
}

const threads = 2;
/** Streams that each thread reads side by side, and characters of each before an update. */
const rows = 16;
const steps = 32;
/** Updates over which the learning rate rises to its full height: the first gradients are no good guide. */
const warmUp = 200;

/** Characters that both threads learn from before the parameters are updated. */
export const charactersPerUpdate = threads * rows * steps;

/**
 * What one of two threads does. Each has a copy of the network and half of the streams. Before an update they take the mean of
 * their gradients, so that both copies make the same update and stay equal to the bit: it is training on all streams in one
 * thread, in half the time.
 */
export function* trainHalf(thread: 0 | 1, { texts, updates, learningRate, seed, shared }: TrainingPlan): Generator<Update, void> {
  const network = createCharacterModel({ batchSize: rows, maxSteps: steps });
  initializeCharacterModel(network, seed);
  const own = chunks(texts, { streams: threads * rows, rows, firstStream: thread * rows, steps }, randomStream(seed));
  for (let update = 1; update <= updates; update++) {
    const { pairs, next, begins } = own.next().value;
    if (begins) network.resetState();
    const { loss } = network.valueAndGradient({ pairs, next }, { carry: true });
    takeMean(shared, thread, update, network.gradients);
    const decay = (1 + Math.cos((Math.PI * (update - 1)) / updates)) / 2;
    network.update({ learningRate: learningRate * decay * Math.min(1, update / warmUp) });
    yield { update, loss, parameters: network.parameters };
  }
}
