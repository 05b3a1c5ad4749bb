import { setFlagsFromString } from 'node:v8';

/**
 * Lets modules multiply and add in one instruction where that is behind a flag, which is in Node 20. A module looks for the instruction when
 * it is created, so this comes first; it holds for all threads.
 */
export function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
