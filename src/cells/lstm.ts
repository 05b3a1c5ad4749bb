import {
  add,
  affine,
  defineCell,
  diagonal,
  layerNorm,
  linear,
  mul,
  ones,
  parameter,
  sigmoid,
  sub,
  tanh,
  zeros,
} from '../declare/index.js';
import type { CellDefinition, Expression, Initializer } from '../declare/index.js';
import { jointlyNormalized, normalizedByGate } from './normalized-products.js';
import { unnamed } from './unnamed-values.js';

type Gate = 'i' | 'f' | 'o';
type Vector<D extends string = 'H'> = Expression<readonly [D]>;

/** An elementwise function of a vector of H units, like `tanh` or `relu`. */
export type Activation = (value: Vector) => Vector;

export interface LstmOptions {
  /** What the generated functions are called after; `lstm` unless stated. */
  readonly name?: string;
  /** Of the block input z; tanh. */
  readonly inputActivation?: Activation | 'identity';
  /** Of the cell on its way out; tanh. */
  readonly outputActivation?: Activation | 'identity';
  /** Of i, f and o; the logistic sigmoid. */
  readonly gateActivation?: Activation;
  /** How the gates see the cell: not at all, through a vector `p` each, or through a matrix `P` each. */
  readonly peepholes?: 'none' | 'diagonal' | 'full';
  /** Which cell the peephole of the output gate sees; the new one. */
  readonly outputPeephole?: 'new' | 'previous';
  /** Gates that are 1. */
  readonly without?: readonly Gate[];
  /** One gate in place of two: `forget` keeps f and sets i = 1 - f, `input` keeps i and sets f = 1 - i. */
  readonly coupling?: 'none' | 'forget' | 'input';
  /** Whether gates see all gates of the previous step, which makes them states; `R_ab` leads from gate a to gate b. */
  readonly gateRecurrence?: boolean;
  /** Layer normalization of both products, over all gates jointly or by gate, and of the cell on its way out. */
  readonly normalization?: 'none' | 'joint' | 'gate';
  /** Added to the variance under the root; 10⁻⁵. */
  readonly epsilon?: number;
  /** Whether the output is projected to P units, which is what the gates see too. */
  readonly projection?: boolean;
  /** How biases start out: at 1 for f and at 0 for the others. */
  readonly biases?: Readonly<Partial<Record<'z' | Gate, Initializer>>>;
}

/** An LSTM with an output of `Width` units; gates that are states by name. */
export type LstmDefinition<Width extends 'H' | 'P' = 'H', Gates extends string = never> = CellDefinition<
  { readonly x: readonly ['I'] },
  { readonly y: readonly [Width]; readonly c: readonly ['H'] } & Readonly<Record<Gates, readonly ['H']>>,
  { y: Vector<Width> }
>;

interface Values {
  readonly x: Vector<'I'>;
  readonly y: Vector<'H' | 'P'>;
  readonly c: Vector;
  readonly i: Vector;
  readonly f: Vector;
  readonly o: Vector;
}

/**
 * The LSTM and its variants:
 *
 *     z = g(W_z x + R_z y' + b_z)
 *     i = sig(W_i x + R_i y' + p_i * c' + b_i)
 *     f = sig(W_f x + R_f y' + p_f * c' + b_f)
 *     c = z * i + c' * f
 *     o = sig(W_o x + R_o y' + p_o * c + b_o)
 *     y = h(c) * o
 *
 * without options the one of most libraries, which has no peepholes. Hochreiter & Schmidhuber 1997; Gers, Schmidhuber &
 * Cummins 2000 for the forget gate. Options say which paper a variant is from where it has a cell of its own.
 *
 * @throws TypeError for options that contradict each other
 */
export function lstm(options: LstmOptions & { readonly projection: true; readonly gateRecurrence?: false }): LstmDefinition<'P'>;
export function lstm(options: LstmOptions & { readonly gateRecurrence: true; readonly projection?: false }): LstmDefinition<'H', Gate>;
export function lstm(options?: LstmOptions & { readonly projection?: false; readonly gateRecurrence?: false }): LstmDefinition;
export function lstm(options: LstmOptions = {}): CellDefinition {
  const { name = 'lstm', outputActivation = tanh, epsilon = 1e-5, normalization = 'none' } = options;
  const { coupling = 'none', projection = false, gateRecurrence = false } = options;
  const without = new Set(options.without);
  checkOptions(options, without);
  const has = (gate: Gate): boolean => !without.has(gate);
  const gateStates: Record<string, readonly ['H']> = gateRecurrence ? { i: ['H'], f: ['H'], o: ['H'] } : {};
  const states: Record<string, readonly ['H' | 'P']> = { y: [projection ? 'P' : 'H'], c: ['H'], ...gateStates };
  return defineCell(name, { dims: projection ? ['I', 'H', 'P'] : ['I', 'H'], inputs: { x: ['I'] }, states }, (given) => {
    const values = given as unknown as Values;
    const { c } = values;
    const { activation, gate, blockInput } = gates(options, without, values);
    const z = blockInput();
    const kept: Partial<Record<Gate, Vector>> = {};
    if (has('i') && coupling !== 'forget') kept.i = gate('i', c);
    if (has('f') && coupling !== 'input') kept.f = gate('f', c);
    if (coupling === 'forget' && kept.f !== undefined) kept.i = sub(1, kept.f);
    if (coupling === 'input' && kept.i !== undefined) kept.f = sub(1, kept.i);
    // A gate that doesn't see the new cell stands beside the others.
    const early = (options.peepholes ?? 'none') === 'none' || options.outputPeephole === 'previous';
    if (has('o') && early) kept.o = gate('o', c);
    const cNext = add(kept.i === undefined ? z : mul(z, kept.i), kept.f === undefined ? c : mul(c, kept.f));
    if (has('o') && !early) kept.o = gate('o', cNext);
    const out =
      normalization === 'none'
        ? cNext
        : layerNorm(cNext, { gain: parameter('g_c', ['H'], ones), bias: parameter('b_c', ['H']), epsilon });
    const m = kept.o === undefined ? activation(outputActivation, out) : mul(activation(outputActivation, out), kept.o);
    const yNext: Vector<'H' | 'P'> = projection ? linear('p', 'P', { W: m }) : m;
    const named = { z, ...kept, ...(projection ? { m } : {}), ...(normalization === 'none' ? {} : { cNormal: out }) };
    return {
      next: { y: yNext, c: cNext, ...(gateRecurrence ? kept : {}) },
      outputs: { y: yNext },
      named: gateRecurrence ? {} : unnamed(named),
    };
  });
}

/** The equations of z, i, f and o as functions of what they see. */
function gates(options: LstmOptions, without: ReadonlySet<Gate>, values: Values) {
  const { peepholes = 'none', normalization = 'none', epsilon = 1e-5, coupling = 'none', biases = {} } = options;
  const { x, y } = values;
  const bias = (gate: 'z' | Gate): Initializer => biases[gate] ?? (gate === 'f' ? ones : zeros);
  const own = (['z', 'i', 'f', 'o'] as const).filter(
    (gate) => gate === 'z' || !(without.has(gate) || (gate === 'i' && coupling === 'forget') || (gate === 'f' && coupling === 'input')),
  );
  const normalize = normalization === 'joint' ? jointlyNormalized : normalizedByGate;
  const normal =
    normalization === 'none' ? undefined : { x: normalize(own, 'x', x, epsilon), y: normalize(own, 'r', y, epsilon) };

  const preactivation = (gate: 'z' | Gate, cell?: Vector): Vector => {
    const seen = peepholes === 'full' && cell !== undefined ? { P: cell } : {};
    const first =
      normal === undefined
        ? affine(gate, 'H', { W: x, R: y, ...seen }, { bias: bias(gate) })
        : add(normal.x[gate], normal.y[gate], parameter(`b_${gate}`, ['H'], bias(gate)));
    const more: Vector[] = [];
    if (normal !== undefined && 'P' in seen) more.push(linear(gate, 'H', seen));
    if (peepholes === 'diagonal' && cell !== undefined) more.push(diagonal(`p_${gate}`, cell));
    if (options.gateRecurrence === true && gate !== 'z') {
      const { i, f, o } = values;
      more.push(linear('', 'H', { [`R_i${gate}`]: i, [`R_f${gate}`]: f, [`R_o${gate}`]: o }));
    }
    return more.length === 0 ? first : add(first, ...more);
  };
  const activation = (f: Activation | 'identity', value: Vector): Vector => (f === 'identity' ? value : f(value));
  return {
    activation,
    gate: (name: Gate, cell: Vector): Vector => (options.gateActivation ?? sigmoid)(preactivation(name, cell)),
    blockInput: (): Vector => activation(options.inputActivation ?? tanh, preactivation('z')),
  };
}

function checkOptions({ coupling = 'none', gateRecurrence = false, projection = false }: LstmOptions, without: ReadonlySet<Gate>): void {
  if (coupling !== 'none' && (without.has('i') || without.has('f'))) {
    throw new TypeError(`coupling '${coupling}' needs both i and f; leave out neither`);
  }
  if (gateRecurrence && (without.size > 0 || coupling !== 'none' || projection)) {
    throw new TypeError('gateRecurrence needs gates i, f and o of their own, and no projection');
  }
}
