import { guardedProduct, strongProduct } from './construct.js';
import { elementwise } from './elementwise.js';
import { Binding } from './op.js';
import type { ElementwiseOp } from './elementwise.js';

/**
 * `y = g · p`, and 0 where g is an exact zero, whatever p is: a cotangent that a `select` has set to zero stays zero
 * against the infinite slope of the branch not taken. Bilinear away from that, and its own derivative.
 *
 * ∂y/∂g = p, ∂y/∂p = g; a zero g stays zero also against an infinite tangent of p
 */
export const multiplyNoNan: ElementwiseOp = elementwise({
  name: 'multiplyNoNan',
  operands: ['real', 'real'],
  scalar: (g, p) => g === 0 ? 0 : g * p,
  partials: (b, [g, p]) => [
    (dy) => guardedProduct(b, dy, p),
    (dy) => strongProduct(b, dy, g),
  ],
  binding: Binding.product,
  typescript: ([g, p]) => `(${g} === 0 ? 0 : ${g} * ${p})`,
  wasm: ([g, p], code) => {
    const factor = code.let('factor', g);
    return code.logic('andnot', code.binary('mul', factor, p), code.compare('eq', factor, code.constant(0)));
  },
  text: ([g, p]) => `${g} * ${p}`,
  tex: ([g, p]) => `${g} \\odot ${p}`,
  domain: [[0.2, 2], [-2, 2]],
});
