/** How a parameter starts out. `fanOut` is its first dim, `fanIn` the product of the others. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  /** Uniform on ±√(6 / (fanIn + fanOut)); Glorot & Bengio 2010, eq. 16. */
  | { readonly kind: 'glorotUniform' }
  /** Uniform on ±√(6 / fanIn); He et al. 2015, eq. 10. */
  | { readonly kind: 'heUniform' }
  /** A random matrix with orthonormal rows or columns, whichever are fewer; Saxe et al. 2014. */
  | { readonly kind: 'orthogonal' }
  /** `scale` on the diagonal, zero elsewhere; rows are the first dim. Le, Jaitly & Hinton 2015. */
  | { readonly kind: 'identity'; readonly scale: number }
  /** `ln u` with u uniform on `[1, longest - 1]`: a forget bias for memories of up to `longest` steps. Tallec & Ollivier 2018. */
  | { readonly kind: 'chrono'; readonly longest: number }
  /** The negation of what the parameter `of` starts out from, which has the same path and shape. */
  | { readonly kind: 'negated'; readonly of: string };

export const zeros: Initializer = { kind: 'constant', value: 0 };
export const ones: Initializer = { kind: 'constant', value: 1 };
/** Every element is `value`. */
export const filledWith = (value: number): Initializer => ({ kind: 'constant', value });
/** Uniform on `[low, high)`. */
export const uniform = (low: number, high: number): Initializer => ({ kind: 'uniform', low, high });
/** Gaussian with mean zero and this standard deviation. */
export const normal = (deviation: number): Initializer => ({ kind: 'normal', deviation });
export const glorotUniform: Initializer = { kind: 'glorotUniform' };
export const heUniform: Initializer = { kind: 'heUniform' };
export const orthogonal: Initializer = { kind: 'orthogonal' };
/** The identity, or a multiple of it: `scale` on the diagonal and zero elsewhere. */
export const identity = (scale = 1): Initializer => ({ kind: 'identity', scale });
/**
 * The forget bias for dependencies of up to `longest` steps, more than 2; see `chronoLstm`. The input bias is its negation.
 *
 * @throws RangeError for a `longest` of 2 or less
 */
export function chrono(longest: number): Initializer {
  if (!(longest > 2)) throw new RangeError(`chrono needs a number of steps greater than 2, not ${String(longest)}`);
  return { kind: 'chrono', longest };
}
/** Starts out as the negation of another parameter of the same definition, whose name is given without its path. */
export const negated = (of: string): Initializer => ({ kind: 'negated', of });

/** The full name of the parameter that `negated` refers to: `L0.b_f` for `b_f` and the parameter `L0.b_i`. */
export const besideName = (name: string, of: string): string => name.slice(0, name.lastIndexOf('.') + 1) + of;
