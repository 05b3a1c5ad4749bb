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
  | { readonly kind: 'orthogonal' };

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
