import type { Shape } from '../shape.js';
import { onnxModel } from './onnx-model.js';
import { load, versionOf } from './peer.js';
import type { Peer, PreparedPass } from './peer.js';
import type { Work } from './work.js';

/** What is used of `onnxruntime-node` and of `onnxruntime-web`, which have one API. */
interface OnnxRuntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly env: { readonly wasm: { numThreads?: number; proxy?: boolean } };
}
interface Tensor {
  readonly data: Float32Array;
}
interface Session {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** One thread: within an operator, between operators, and in WebAssembly. */
const singleThread = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all' };

export async function onnxRuntime(name: 'onnxruntime-node' | 'onnxruntime-web', work: Work, shape: Shape): Promise<Peer> {
  const runtime = (await load(name)) as OnnxRuntime;
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.proxy = false;
  const { T, B, I, H } = shape;
  const providers = name === 'onnxruntime-web' ? { executionProviders: ['wasm'] } : {};
  const prepare = async (carried: boolean): Promise<PreparedPass> => {
    const session = await runtime.InferenceSession.create(await onnxModel(work, shape), { ...singleThread, ...providers });
    const feeds: Record<string, Tensor> = { x: new runtime.Tensor('float32', work.x, [T, B, I]) };
    for (const k of work.layers.keys()) {
      for (const state of ['y0', 'c0']) feeds[`${state}_${String(k)}`] = new runtime.Tensor('float32', new Float32Array(B * H), [1, B, H]);
    }
    let y: Float32Array | undefined;
    return {
      run: async () => {
        const results = await session.run(feeds);
        y = results['y']?.data;
        for (const k of carried ? work.layers.keys() : []) {
          for (const state of ['y', 'c']) {
            const final = results[`${state}N_${String(k)}`];
            if (final !== undefined) feeds[`${state}0_${String(k)}`] = final;
          }
        }
      },
      // What a step gives depends on the steps before it.
      ...(carried ? {} : { outputs: () => y ?? new Float32Array(0) }),
    };
  };
  return { version: versionOf(name), passes: { forward: () => prepare(false), step: () => prepare(true) } };
}
