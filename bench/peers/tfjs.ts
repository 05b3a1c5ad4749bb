import { dirname, join } from 'node:path';
import type { Shape } from '../shape.js';
import { entryOf, load, versionOf } from './peer.js';
import type { Peer } from './peer.js';
import type { Work } from './work.js';

/** What is used of `@tensorflow/tfjs`. */
interface TensorFlow {
  readonly layers: { lstm(options: object): LstmLayer; dense(options: object): LstmLayer };
  readonly losses: { softmaxCrossEntropy(oneHot: Tensor, logits: Tensor): Tensor };
  readonly train: { adam(learningRate: number): { minimize(loss: () => Tensor, returnCost: true): Tensor | null } };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  variable(initial: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  sum(a: Tensor): Tensor;
  tidy<Result>(run: () => Result): Result;
  variableGrads(loss: () => Tensor): { readonly value: Tensor; readonly grads: Readonly<Record<string, Tensor>> };
}
interface Tensor {
  dataSync(): Float32Array;
}
interface LstmLayer {
  apply(input: Tensor | readonly Tensor[]): Tensor | readonly Tensor[];
}
interface WasmBackend {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}

/** TensorFlow.js has no peepholes: its own LSTM, batch-major, with weights of its own making. */
export async function tfjs(backend: 'cpu' | 'wasm', work: Work, { T, B, I, H }: Shape): Promise<Peer> {
  const tf = ((await load('@tensorflow/tfjs')) as { readonly default: TensorFlow }).default;
  if (backend === 'wasm') {
    const wasm = ((await load('@tensorflow/tfjs-backend-wasm')) as { readonly default: WasmBackend }).default;
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(join(dirname(entryOf('@tensorflow/tfjs-backend-wasm')), '/'));
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  const sequences = (carried: boolean): LstmLayer[] =>
    work.layers.map(() =>
      tf.layers.lstm({ units: H, returnSequences: true, recurrentActivation: 'sigmoid', stateful: carried, ...(carried ? { batchInputShape: [B, T, I] } : {}) }),
    );
  const apply = (layers: readonly LstmLayer[], x: Tensor): Tensor =>
    layers.reduce((value, layer) => {
      const result = layer.apply(value);
      return Array.isArray(result) ? (result as readonly Tensor[])[0] ?? value : (result as Tensor);
    }, x);
  const input = (): Tensor => tf.tensor(work.x, [B, T, I]);
  const prepare = (carried: boolean) => () => {
    const [layers, x] = [sequences(carried), input()];
    return { run: () => tf.tidy(() => apply(layers, x).dataSync()) };
  };
  return {
    version: versionOf('@tensorflow/tfjs'),
    note: 'no peepholes; trains without clipping',
    passes: {
      trainStep: () => {
        const layers = [...sequences(false), tf.layers.dense({ units: I })];
        const oneHot = Float32Array.from({ length: T * B * I }, (_, k) => (k % I === Math.floor(k / I) % I ? 1 : 0));
        const [x, target] = [input(), tf.tensor(oneHot, [B, T, I])];
        const optimizer = tf.train.adam(1e-3);
        // Layers make their weights when they are first applied, which the optimizer does not see.
        tf.tidy(() => apply(layers, x).dataSync());
        return { run: () => tf.tidy(() => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(target, apply(layers, x)), true)?.dataSync()) };
      },
      forward: prepare(false),
      step: prepare(true),
      train: () => {
        const layers = sequences(false);
        // A variable, so that the gradient by the input is computed as well.
        const x = tf.variable(input());
        const dY = tf.tensor(work.dY, [B, T, H]);
        return {
          run: () => {
            tf.tidy(() => {
              const { grads } = tf.variableGrads(() => tf.sum(tf.mul(apply(layers, x), dY)));
              for (const gradient of Object.values(grads)) gradient.dataSync();
            });
          },
        };
      },
    },
  };
}
