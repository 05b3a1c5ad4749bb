import { setFlagsFromString } from 'node:v8';

/**
 * Lets modules multiply and add in one instruction, where that is still behind a flag: Node 20 and 22. A module looks for the instruction when it is created,
 * so this comes first; it holds for all threads. Later versions have it anyway.
 */
export function allowRelaxedSimd(): void {
  if (Number(process.versions.node.split('.')[0]) < 24) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
