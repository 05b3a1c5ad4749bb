import type { Shape } from '../shape.js';
import { load, versionOf } from './peer.js';
import type { Peer, PreparedPass } from './peer.js';
import type { Work } from './work.js';

/** What is used of `brain.js`. */
interface Brain {
  readonly recurrent: { readonly LSTMTimeStep: new (options: object) => Network };
}
interface Network {
  initialize(): void;
  bindEquation(): void;
  /** Null where no step is bound. */
  run(sequence: readonly (readonly number[])[]): unknown;
  trainArrays(sequence: readonly (readonly number[])[]): number;
  backpropagate(): void;
}

/** brain.js takes one example at a time, and puts a layer of outputs above its LSTM, here of one unit. */
export async function brainJs(work: Work, { T, B, I, H }: Shape): Promise<Peer> {
  const brain = ((await load('brain.js')) as { readonly default: Brain }).default;
  const sequences = (length: number) =>
    Array.from({ length: B }, (_, b) =>
      Array.from({ length }, (__, t) => Array.from(work.x.subarray(((t % T) * B + b) * I, ((t % T) * B + b + 1) * I))),
    );
  const network = (): Network => {
    const made = new brain.recurrent.LSTMTimeStep({ inputSize: I, hiddenLayers: work.layers.map(() => H), outputSize: 1 });
    made.initialize();
    made.bindEquation();
    return made;
  };
  const forward = (): PreparedPass => {
    const [net, examples] = [network(), sequences(T)];
    return {
      run: () => {
        for (const example of examples) if (net.run(example) === null) throw new Error('it does not run');
      },
    };
  };
  const train = (): PreparedPass => {
    // It learns to say, after each step, what comes next: T steps need one more.
    const [net, examples] = [network(), sequences(T + 1)];
    return {
      run: () => {
        for (const example of examples) {
          net.trainArrays(example);
          net.backpropagate();
        }
      },
    };
  };
  return {
    version: versionOf('brain.js'),
    note: 'no peepholes, example by example',
    // It keeps no state between runs: a step is a run of one.
    passes: { forward, train, step: forward },
  };
}
