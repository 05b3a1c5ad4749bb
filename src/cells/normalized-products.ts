import { concat, layerNorm, linear, ones, parameter, split } from '../declare/index.js';
import type { Expression } from '../declare/index.js';

type Vector = Expression<readonly ['H']>;

/** Products with one operand, by gate, each before its nonlinearity. */
export type Products<Gate extends string> = Readonly<Record<Gate, Vector>>;

/** Which operand: gains and biases are called `gx_i`, `bx_i` or `gr_i`, `br_i`. */
type Source = 'x' | 'r';

const forEach = <Gate extends string>(gates: readonly Gate[], make: (gate: Gate) => Vector): Products<Gate> =>
  Object.fromEntries(gates.map((gate) => [gate, make(gate)])) as Products<Gate>;

const products = <Gate extends string>(gates: readonly Gate[], source: Source, value: Operand): Products<Gate> =>
  forEach(gates, (gate) => linear(gate, 'H', { [source === 'x' ? 'W' : 'R']: value }));
const gains = <Gate extends string>(gates: readonly Gate[], source: Source): Products<Gate> =>
  forEach(gates, (gate) => parameter(`g${source}_${gate}`, ['H'], ones));
const biases = <Gate extends string>(gates: readonly Gate[], source: Source): Products<Gate> =>
  forEach(gates, (gate) => parameter(`b${source}_${gate}`, ['H']));

type Operand = Expression<readonly [string]>;

/** The products of all gates with one operand, normalized with one mean and one variance. */
export function jointlyNormalized<Gate extends string>(
  gates: readonly Gate[],
  source: Source,
  value: Operand,
  epsilon: number,
): Products<Gate> {
  const stacked = (values: Products<Gate>): Expression => concat(gates.map((gate) => values[gate]));
  const values = stacked(products(gates, source, value));
  const gain = stacked(gains(gates, source));
  const normal = layerNorm(values, { gain, bias: stacked(biases(gates, source)), epsilon });
  const parts = split(
    normal,
    gates.map(() => 'H' as const),
  );
  return Object.fromEntries(gates.map((gate, k) => [gate, parts[k]])) as Products<Gate>;
}

/** The products of all gates with one operand, each normalized by itself. */
export function normalizedByGate<Gate extends string>(
  gates: readonly Gate[],
  source: Source,
  value: Operand,
  epsilon: number,
): Products<Gate> {
  const values = products(gates, source, value);
  const [gain, bias] = [gains(gates, source), biases(gates, source)];
  return forEach(gates, (gate) => layerNorm(values[gate], { gain: gain[gate], bias: bias[gate], epsilon }));
}
