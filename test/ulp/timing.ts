import type { Lane, VectorMath } from '../../src/emit/wasm/vector-code.js';
import { functionKernel } from './function-kernel.js';

const length = 1024;
const callsPerSample = 20;

/** Nanoseconds per number over a buffer in the first-level cache, four vectors in a turn: the fastest of many short samples. */
export async function nanoseconds(math: VectorMath, lane: Lane, fused: boolean, operands = 1): Promise<number> {
  const kernel = await functionKernel(math, { lane, length, fused, operands, inFlight: 4 });
  for (const input of kernel.inputs) for (let k = 0; k < length; k++) input[k] = 0.1 + (3 * k) / length;
  let best = Infinity;
  const end = performance.now() + 500;
  while (performance.now() < end) {
    const start = performance.now();
    for (let k = 0; k < callsPerSample; k++) kernel.run(length);
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1e6) / (callsPerSample * length);
}
