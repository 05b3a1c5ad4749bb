import { add, affine, defineCell, linear, mul, parameter, sigmoid, sub, tanh, zeros } from '../declare/index.js';
import type { Expression, Initializer } from '../declare/index.js';
import type { Activation } from './lstm.js';
import { normalizedByGate } from './normalized-products.js';
import { unnamed } from './unnamed-values.js';

type Vector = Expression<readonly ['H']>;

export interface GruOptions {
  /** What the generated functions are called after; `gru` unless stated. */
  readonly name?: string;
  /** Where the reset gate acts on the candidate's recurrent product: before it, after it, or not at all; before. */
  readonly reset?: 'before' | 'after' | 'none';
  /** Of the candidate n; tanh. */
  readonly candidateActivation?: Activation;
  /** Of r and u; the logistic sigmoid. */
  readonly gateActivation?: Activation;
  /** What the gates see besides: SLIM forms 1 to 3 leave out the input, then the bias, or all but the bias. */
  readonly gateInputs?: 'all' | 'state and bias' | 'state' | 'bias';
  /** What an update gate near 1 does: keep the old state, as most have it, or take the new one, as in Chung et al. 2014. */
  readonly update?: 'keeps' | 'renews';
  /** Layer normalization of each product with the input and with the state. */
  readonly normalization?: 'none' | 'gate';
  /** Added to the variance under the root; 10⁻⁵. */
  readonly epsilon?: number;
  /** How biases start out: at 0. */
  readonly biases?: Readonly<Partial<Record<'r' | 'u' | 'n', Initializer>>>;
}

/**
 * The GRU and its variants:
 *
 *     r = sig(W_r x + R_r y' + b_r)
 *     u = sig(W_u x + R_u y' + b_u)
 *     n = tanh(W_n x + R_n (r * y') + b_n)
 *     y = (1 - u) * n + u * y'
 *
 * Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder".
 */
export function gru(options: GruOptions = {}) {
  const { name = 'gru', reset = 'before', update = 'keeps', candidateActivation = tanh } = options;
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
    const r = reset === 'none' ? undefined : gate('r', options, x, y);
    const u = gate('u', options, x, y);
    const n = candidateActivation(candidate(options, x, y, r));
    const yNext = update === 'keeps' ? add(mul(sub(1, u), n), mul(u, y)) : add(mul(sub(1, u), y), mul(u, n));
    return { next: { y: yNext }, outputs: { y: yNext }, named: unnamed({ ...(r === undefined ? {} : { r }), u, n }) };
  });
}

function gate(name: 'r' | 'u', options: GruOptions, x: Expression<readonly ['I']>, y: Vector): Vector {
  const { gateActivation = sigmoid, gateInputs = 'all', normalization = 'none', epsilon = 1e-5, biases = {} } = options;
  const bias = biases[name] ?? zeros;
  const trained = (): Vector => parameter(`b_${name}`, ['H'], bias);
  const hasInput = gateInputs === 'all';
  if (gateInputs === 'bias') return gateActivation(trained());
  if (normalization === 'none') {
    const operands: Record<string, Expression<readonly [string]>> = hasInput ? { W: x, R: y } : { R: y };
    return gateActivation(affine(name, 'H', operands, { bias: gateInputs === 'state' ? false : bias }));
  }
  const fromState = normalizedByGate([name], 'r', y, epsilon)[name];
  const both = hasInput ? add(normalizedByGate([name], 'x', x, epsilon)[name], fromState) : fromState;
  return gateActivation(gateInputs === 'state' ? both : add(both, trained()));
}

/** The candidate before its activation. */
function candidate(options: GruOptions, x: Expression<readonly ['I']>, y: Vector, r: Vector | undefined): Vector {
  const { reset = 'before', normalization = 'none', epsilon = 1e-5, biases = {} } = options;
  const bias = biases.n ?? zeros;
  const seen = reset === 'before' && r !== undefined ? mul(r, y) : y;
  if (normalization === 'none') {
    if (reset !== 'after' || r === undefined) return affine('n', 'H', { W: x, R: seen }, { bias });
    const recurrent = add(linear('', 'H', { R_n: y }), parameter('bR_n', ['H']));
    return add(affine('n', 'H', { W: x }, { bias }), mul(r, recurrent));
  }
  const fromInput = normalizedByGate(['n'], 'x', x, epsilon).n;
  // The normalization's own bias is that of the recurrent product.
  const fromState = normalizedByGate(['n'], 'r', seen, epsilon).n;
  const recurrent = reset === 'after' && r !== undefined ? mul(r, fromState) : fromState;
  return add(fromInput, recurrent, parameter('b_n', ['H'], bias));
}

/**
 * The GRU whose reset gate acts before the recurrent product: Cho et al. 2014, "Learning Phrase Representations using
 * RNN Encoder-Decoder", eqs. 5-8 (v1 of the preprint; later versions and most libraries have `gruV3`).
 *
 * An update gate near 1 keeps the old state, as there and in most libraries; Chung et al. 2014 swap u and 1 - u.
 */
export const gruV1 = gru({ name: 'gruV1' });

/**
 * The GRU whose reset gate acts after the recurrent product, which then needs a bias of its own, `bR_n`; its blend is
 * that of `gruV1`. The form of cuDNN and of most libraries, whose two biases of r and of u are summed here.
 */
export const gruV3 = gru({ name: 'gruV3', reset: 'after' });
