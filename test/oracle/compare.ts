import type { Tensor } from 'cellwright';
import type { TensorMap } from './format.js';
import type { Precision, Results } from './targets.js';

export interface Deviation {
  /** Where in the file: `grads.W_z`. */
  readonly path: string;
  readonly error: number;
  readonly tolerance: number;
}

type Quantity = 'forward' | 'gradient' | 'secondOrder' | 'trace';

const tolerances: Readonly<Record<Precision, Readonly<Record<Quantity, number>>>> = {
  f64: { forward: 1e-10, gradient: 1e-10, secondOrder: 1e-9, trace: 1e-9 },
  f32: { forward: 1e-5, gradient: 1e-4, secondOrder: 1e-4, trace: 1e-4 },
};

/** The deviation of every expected tensor, largest share of its tolerance first. */
export function compare(expected: TensorMap, results: Results, precision: Precision): Deviation[] {
  const deviations = [...expected].map(([path, tensor]) => {
    const got = results.get(path);
    return {
      path,
      error: got === undefined ? NaN : relativeError(got, tensor),
      tolerance: tolerances[precision][quantityAt(path)],
    };
  });
  return deviations.sort((a, b) => share(b) - share(a));
}

/** A NaN exceeds every tolerance. */
export function exceeds({ error, tolerance }: Deviation): boolean {
  return !(error <= tolerance);
}

/**
 * The largest difference, relative to the largest expected entry (but to no less than 1e-3). NaN where the lengths differ
 * or a value is NaN.
 */
export function relativeError(got: Float64Array, { data: want }: Tensor): number {
  if (got.length !== want.length) return NaN;
  let difference = 0;
  let largest = 1e-3;
  for (const [k, value] of want.entries()) {
    // Math.max keeps a NaN.
    difference = Math.max(difference, Math.abs((got[k] ?? NaN) - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

function quantityAt(path: string): Quantity {
  if (path.startsWith('secondOrder.')) return 'secondOrder';
  if (path.startsWith('grads.')) return 'gradient';
  return ['losses', 'gradNorms', 'finalLoss'].includes(path) || path.startsWith('finalParams.') ? 'trace' : 'forward';
}

function share(deviation: Deviation): number {
  return Number.isNaN(deviation.error) ? Infinity : deviation.error / deviation.tolerance;
}
