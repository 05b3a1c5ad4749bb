import { vectorMath } from '../../src/emit/wasm/math/vector-math.js';
import type { Lane } from '../../src/emit/wasm/vector-code.js';
import { Random } from '../support/random.js';
import { functionKernel } from './function-kernel.js';
import { float64Error, references } from './reference.js';
import { float32Error, none } from './worst.js';
import type { Worst } from './worst.js';

/** The largest logarithm of a result that is neither infinite nor subnormal. */
const outermost = { f32: 87, f64: 708 } as const satisfies Record<Lane, number>;

/** Errors of a^b over bases of all magnitudes and near 1, where the result's logarithm is within ±`toLogarithm`. `at` is the base. */
export async function powerErrors(lane: Lane, fused: boolean, count: number, toLogarithm: number, seed = 1): Promise<Worst> {
  const random = new Random(seed);
  const limit = Math.min(toLogarithm, outermost[lane]);
  const kernel = await functionKernel(vectorMath('pow', lane, 'exact'), { lane, length: count, fused, operands: 2 });
  const [bases, exponents] = kernel.inputs;
  if (bases === undefined || exponents === undefined) throw new Error('a power takes two operands');
  for (let k = 0; k < count; k++) {
    const base = random.chance(0.5) ? random.uniform(0.5, 2) : 2 ** random.uniform(-limit, limit);
    bases[k] = base;
    exponents[k] = random.uniform(-limit, limit) / Math.log(base);
  }
  kernel.run(count);
  let worst = none;
  for (const [k, base] of bases.entries()) {
    const exponent = exponents[k] ?? NaN;
    const got = kernel.output[k] ?? NaN;
    const ulp = lane === 'f32' ? float32Error(got, base ** exponent) : Number.isFinite(got) ? float64Error(got, references.pow(base, exponent)) : Infinity;
    if (ulp > worst.ulp) worst = { ulp, at: base };
  }
  return worst;
}
