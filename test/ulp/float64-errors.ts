import { vectorMath } from '../../src/emit/wasm/math/vector-math.js';
import { Random } from '../support/random.js';
import { boundOf } from './bounds.js';
import type { Approximated } from './bounds.js';
import { functionKernel } from './function-kernel.js';
import { float64Error, references } from './reference.js';
import { isBound, none } from './worst.js';
import type { Worst } from './worst.js';

/** The range in which a function has most of its values, and the largest argument that is worth a look. */
const ranges: Readonly<Record<Approximated, { readonly middle: readonly [number, number]; readonly outer: readonly [number, number] }>> = {
  exp: { middle: [-2, 2], outer: [-745.1, 709.78] },
  expm1: { middle: [-2, 2], outer: [-40, 709.78] },
  log: { middle: [0.3, 3], outer: [0, 1e6] },
  log1p: { middle: [-0.7, 2], outer: [-1, 1e6] },
  tanh: { middle: [-1, 1], outer: [-22, 22] },
  sigmoid: { middle: [-2, 2], outer: [-708.3, 40] },
  softplus: { middle: [-2, 2], outer: [-745.1, 60] },
  sin: { middle: [-4, 4], outer: [-3e6, 3e6] },
  cos: { middle: [-4, 4], outer: [-1.6e6, 1.6e6] },
};

/** Arguments of all magnitudes that a function takes. */
export function float64Samples(name: Approximated, count: number, random: Random): number[] {
  const { middle, outer } = ranges[name];
  const [low, high] = outer;
  const samples: number[] = [];
  for (let k = 0; k < count; k++) {
    const kind = k % 4;
    if (kind === 0) samples.push(random.uniform(...middle));
    else if (kind === 1) samples.push(random.uniform(low, high));
    else {
      const magnitude = 2 ** random.uniform(kind === 2 ? -1074 : -60, Math.log2(high));
      samples.push(low < 0 && random.chance(0.5) ? Math.max(-magnitude, low) : magnitude);
    }
  }
  return samples.filter((value) => value > low && value < high);
}

/** Errors of a float64 function over sampled arguments. */
export async function float64Errors(name: Approximated, fused: boolean, count: number, seed = 1): Promise<Worst> {
  const samples = float64Samples(name, count, new Random(seed));
  const length = 2 * Math.ceil(samples.length / 2);
  const kernel = await functionKernel(vectorMath(name, 'f64', 'exact'), { lane: 'f64', length, fused });
  kernel.inputs[0]?.set(samples);
  kernel.run(length);
  const bound = boundOf(name, 'f64', 'exact');
  let worst = none;
  for (const [k, value] of samples.entries()) {
    const got = kernel.output[k] ?? NaN;
    if (!isBound(bound, value, got)) continue;
    const ulp = Number.isFinite(got) ? float64Error(got, references[name](value)) : Infinity;
    if (ulp > worst.ulp) worst = { ulp, at: value };
  }
  return worst;
}
