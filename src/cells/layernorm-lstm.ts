import {
  add,
  concat,
  defineCell,
  layerNorm,
  linear,
  mul,
  ones,
  parameter,
  sigmoid,
  split,
  tanh,
  zeros,
} from '../declare/index.js';
import type { Expression } from '../declare/index.js';

export interface LayerNormLstmOptions {
  readonly name?: string;
  /** Added to the variance under the root. */
  readonly epsilon?: number;
  /** Over which entries a mean and a variance run: all four gates together, or those of each gate. */
  readonly statistics?: 'joint' | 'gate';
}

type Gate = 'z' | 'i' | 'f' | 'o';
type Vector = Expression<readonly ['H']>;
type Gates = Readonly<Record<Gate, Vector>>;

const forEachGate = (make: (gate: Gate) => Vector): Gates => ({
  z: make('z'),
  i: make('i'),
  f: make('f'),
  o: make('o'),
});
const stacked = ({ z, i, f, o }: Gates): Expression<readonly ['4H']> => concat([z, i, f, o]);

const products = (key: string, value: Expression<readonly [string]>): Gates =>
  forEachGate((gate) => linear(gate, 'H', { [key]: value }));
const gains = (source: 'x' | 'r'): Gates => forEachGate((gate) => parameter(`g${source}_${gate}`, ['H'], ones));
const biases = (source: 'x' | 'r'): Gates => forEachGate((gate) => parameter(`b${source}_${gate}`, ['H']));

function normalizeJointly(source: 'x' | 'r', values: Gates, epsilon: number): Gates {
  const normal = layerNorm(stacked(values), { gain: stacked(gains(source)), bias: stacked(biases(source)), epsilon });
  const [z, i, f, o] = split(normal, ['H', 'H', 'H', 'H']);
  return { z, i, f, o };
}

function normalizeEach(source: 'x' | 'r', values: Gates, epsilon: number): Gates {
  const [gain, bias] = [gains(source), biases(source)];
  return forEachGate((gate) => layerNorm(values[gate], { gain: gain[gate], bias: bias[gate], epsilon }));
}

/**
 * The LSTM with layer normalization of both products and of the cell on its way out; the recurrent cell itself is not
 * normalized. Ba, Kiros & Hinton 2016, "Layer Normalization", eqs. 20-22.
 *
 * They normalize the stacked 4H vector with one mean and one variance, which is the default; many codes normalize each
 * gate on its own (`statistics: 'gate'`). They have no ε; 10⁻⁵ inside the root is common practice.
 */
export function defineLayerNormLstm({
  name = 'layerNormLstm',
  epsilon = 1e-5,
  statistics = 'joint',
}: LayerNormLstmOptions = {}) {
  const normalize = statistics === 'joint' ? normalizeJointly : normalizeEach;
  return defineCell(name, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
    const fromInput = normalize('x', products('W', x), epsilon);
    const fromOutput = normalize('r', products('R', y), epsilon);
    const preactivation = (gate: Gate): Vector =>
      add(fromInput[gate], fromOutput[gate], parameter(`b_${gate}`, ['H'], gate === 'f' ? ones : zeros));
    const z = tanh(preactivation('z'));
    const i = sigmoid(preactivation('i'));
    const f = sigmoid(preactivation('f'));
    const o = sigmoid(preactivation('o'));
    const cNext = add(mul(z, i), mul(c, f));
    const cNormal = layerNorm(cNext, { gain: parameter('g_c', ['H'], ones), bias: parameter('b_c', ['H']), epsilon });
    const yNext = mul(tanh(cNormal), o);
    return { next: { y: yNext, c: cNext }, outputs: { y: yNext }, named: { z, i, f, o, cNormal } };
  });
}

export const layerNormLstm = defineLayerNormLstm();
export const layerNormLstmPerGate = defineLayerNormLstm({ name: 'layerNormLstmPerGate', statistics: 'gate' });
