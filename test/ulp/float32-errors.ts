import type { MathMode } from '../../src/emit/typescript/math-functions.js';
import { vectorMath } from '../../src/emit/wasm/math/vector-math.js';
import { boundOf, float64Functions } from './bounds.js';
import type { Approximated, Bound } from './bounds.js';
import { functionKernel } from './function-kernel.js';
import type { FunctionKernel } from './function-kernel.js';
import { float32Error, isBound, none, unitsAt } from './worst.js';
import type { Worst } from './worst.js';

/** One way to compute a function. */
export interface Variant {
  readonly mode: MathMode;
  readonly fused: boolean;
}

interface Run extends Variant {
  readonly kernel: FunctionKernel;
  readonly bound: Bound;
  worst: Worst;
}

const chunk = 2 ** 16;

/**
 * Errors of a function over float32 arguments whose bits are 0, stride, 2 · stride …: all that there are where it is 1. The
 * exact value is computed once for all variants.
 */
export async function float32Errors(name: Approximated, variants: readonly Variant[], stride: number): Promise<Map<Variant, Worst>> {
  const runs: Run[] = [];
  for (const variant of variants) {
    const { mode, fused } = variant;
    const kernel = await functionKernel(vectorMath(name, 'f32', mode), { lane: 'f32', length: chunk, fused });
    runs.push({ ...variant, kernel, bound: boundOf(name, 'f32', mode), worst: none });
  }
  const bits = new Uint32Array(chunk);
  const values = new Float32Array(bits.buffer);
  const exact = new Float64Array(chunk);
  const units = new Float64Array(chunk);
  const compute = float64Functions[name];
  // Loaders may turn an imported name into a getter, which costs more in a loop than what it gives.
  const unitsOf = unitsAt;
  for (let start = 0; start < 2 ** 32; start += chunk * stride) {
    const count = Math.min(chunk, Math.ceil((2 ** 32 - start) / stride));
    for (let k = 0; k < count; k++) bits[k] = start + k * stride;
    for (let k = 0; k < count; k++) {
      const value = compute(values[k] ?? NaN);
      exact[k] = value;
      units[k] = unitsOf(value);
    }
    for (const run of runs) {
      run.kernel.inputs[0]?.set(values);
      run.kernel.run(chunk);
      run.worst = worstOf({ values, exact, units, got: run.kernel.output, count }, run.bound, run.worst);
    }
  }
  return new Map(variants.map((variant, k) => [variant, runs[k]?.worst ?? none]));
}

interface Chunk {
  readonly values: Float32Array;
  readonly exact: Float64Array;
  readonly units: Float64Array;
  readonly got: ArrayLike<number>;
  readonly count: number;
}

/** The worst of a chunk and of what came before it. */
function worstOf({ values, exact, units, got, count }: Chunk, bound: Bound, before: Worst): Worst {
  let { ulp, at } = before;
  const { fromResult = 0 } = bound;
  const isPromised = isBound;
  const errorOf = float32Error;
  for (let k = 0; k < count; k++) {
    const wanted = exact[k] ?? NaN;
    const result = got[k] ?? NaN;
    // Nearly all numbers need no closer look. What is not a number does not compare.
    if (Math.abs(wanted) < fromResult ? Math.abs(result) <= fromResult : Math.abs(result - wanted) * (units[k] ?? 0) <= ulp) continue;
    const value = values[k] ?? NaN;
    if (isPromised(bound, value, wanted)) {
      const error = errorOf(result, wanted);
      if (error > ulp) [ulp, at] = [error, value];
    } else if (Math.abs(wanted) < fromResult) [ulp, at] = [Infinity, value];
  }
  return { ulp, at };
}
