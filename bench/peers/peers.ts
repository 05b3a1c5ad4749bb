import { brainJs } from './brain-js.js';
import { jaxJs } from './jax-js.js';
import { onnxRuntime } from './onnxruntime.js';
import type { PeerFactory } from './peer.js';
import { tfjs } from './tfjs.js';

/** Every peer that runs in Node, by the name that rows have. */
export const nodePeers: Readonly<Record<string, PeerFactory>> = {
  'onnxruntime-node': (work, shape) => onnxRuntime('onnxruntime-node', work, shape),
  'onnxruntime-web': (work, shape) => onnxRuntime('onnxruntime-web', work, shape),
  'jax-js': jaxJs,
  'tfjs-wasm': (work, shape) => tfjs('wasm', work, shape),
  'tfjs-cpu': (work, shape) => tfjs('cpu', work, shape),
  'brain.js': brainJs,
};

/** Those of `pytorch.py`. */
export const pythonPeers: readonly string[] = ['pytorch', 'pytorch-peephole'];
