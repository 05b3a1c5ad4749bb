import { describe, expect, it } from 'vitest';
import { gru, lstm } from '../../src/cells/index.js';
import type { LstmOptions } from '../../src/cells/index.js';
import { filledWith, mul, relu, softplus, tanh as tanhOf } from '../../src/declare/index.js';
import type { CellDefinition } from '../../src/declare/index.js';
import { checkDerivatives } from '../support/derivatives.js';
import { blend, map, product, relu as plainRelu, sigmoid, sum, tanh, times, valueOf } from './plain-arithmetic.js';
import type { PlainStep, Vector, Weights } from './plain-arithmetic.js';
import { expectPlain, pointOf } from './plain-loop.js';

function layerNorm(values: Vector, gain: Vector, bias: Vector): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return map((value, g, b) => (g * (value - mean)) / Math.sqrt(variance + 0.01) + b, values, gain, bias);
}

const normalized = (w: Weights, source: 'x' | 'r', gate: string, value: Vector): number[] =>
  layerNorm(times(w.matrix(`${source === 'x' ? 'W' : 'R'}_${gate}`), value), w.vector(`g${source}_${gate}`), w.vector(`b${source}_${gate}`));

const lstmVariants: readonly [string, () => CellDefinition, PlainStep][] = [
  [
    'a coupled input gate, full peepholes into the previous cell, other activations',
    () =>
      lstm({
        coupling: 'input',
        peepholes: 'full',
        outputPeephole: 'previous',
        inputActivation: relu,
        outputActivation: (a) => mul(1.5, tanhOf(mul(0.5, a))),
      }),
    (w, inputs, state) => {
      const [x, y, c] = [valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'c')];
      const gate = (name: string): number[] => sigmoid(sum(w.ofBoth(name, x, y), times(w.matrix(`P_${name}`), c)));
      const cNext = blend(gate('i'), plainRelu(w.ofBoth('z', x, y)), c);
      const yNext = map((o, a) => o * 1.5 * Math.tanh(0.5 * a), gate('o'), cNext);
      return { next: { y: yNext, c: cNext }, y: yNext };
    },
  ],
  [
    'layer normalization with peepholes, a projection and no output gate',
    () => lstm({ normalization: 'gate', epsilon: 0.01, peepholes: 'diagonal', projection: true, without: ['o'] }),
    (w, inputs, state) => {
      const [x, y, c] = [valueOf(inputs, 'x'), valueOf(state, 'y'), valueOf(state, 'c')];
      const both = (gate: string): number[] => sum(normalized(w, 'x', gate, x), normalized(w, 'r', gate, y), w.vector(`b_${gate}`));
      const gate = (name: string): number[] => sigmoid(sum(both(name), product(w.vector(`p_${name}`), c)));
      const cNext = sum(product(tanh(both('z')), gate('i')), product(c, gate('f')));
      const yNext = times(w.matrix('W_p'), tanh(layerNorm(cNext, w.vector('g_c'), w.vector('b_c'))));
      return { next: { y: yNext, c: cNext }, y: yNext };
    },
  ],
];

const gruStep =
  (equations: (w: Weights, x: Vector, y: Vector) => Vector): PlainStep =>
  (w, inputs, state) => {
    const y = equations(w, valueOf(inputs, 'x'), valueOf(state, 'y'));
    return { next: { y }, y };
  };

const gruVariants: readonly [string, () => CellDefinition, PlainStep][] = [
  [
    'an update gate that renews, and layer normalization of what is reset',
    () => gru({ update: 'renews', reset: 'after', normalization: 'gate', epsilon: 0.01 }),
    gruStep((w, x, y) => {
      const both = (gate: string): number[] => sum(normalized(w, 'x', gate, x), normalized(w, 'r', gate, y), w.vector(`b_${gate}`));
      const kept = product(sigmoid(both('r')), normalized(w, 'r', 'n', y));
      return blend(sigmoid(both('u')), tanh(sum(normalized(w, 'x', 'n', x), kept, w.vector('b_n'))), y);
    }),
  ],
  [
    'no reset gate, other activations',
    () => gru({ reset: 'none', candidateActivation: softplus, gateActivation: relu }),
    gruStep((w, x, y) => blend(plainRelu(w.ofBoth('u', x, y)), y, map((a) => Math.log(1 + Math.exp(a)), w.ofBoth('n', x, y)))),
  ],
];

describe('variants of LSTM and GRU', () => {
  it.each([...lstmVariants, ...gruVariants])('%s', (name, define, step) => {
    expectPlain(step, define(), 51);
    checkDerivatives(pointOf(define(), 52), 53, name);
  });

  it('start out with the biases asked for', () => {
    const startOf = (cell: CellDefinition, name: string) => cell.parameters.get(name)?.initializer;
    expect(startOf(lstm(), 'b_f')).toEqual({ kind: 'constant', value: 1 });
    expect(startOf(lstm({ biases: { f: filledWith(3) } }), 'b_f')).toEqual({ kind: 'constant', value: 3 });
    expect(startOf(gru({ biases: { u: filledWith(-1) } }), 'b_u')).toEqual({ kind: 'constant', value: -1 });
  });

  it('give gates their names, whatever their activation is made of', () => {
    const { step } = lstm({ gateActivation: (a) => mul(0.5, relu(a)), outputActivation: 'identity', inputActivation: 'identity' });
    expect(step.nodes.map((node) => step.nameOf(node))).toEqual(expect.arrayContaining(['z', 'i', 'f', 'o', 'cNext', 'yNext']));
  });

  it.each<[string, LstmOptions, string]>([
    ['a coupled gate that is left out', { coupling: 'forget', without: ['f'] }, "coupling 'forget' needs both i and f; leave out neither"],
    ['recurrent gates that are left out', { gateRecurrence: true, without: ['i'] }, 'gateRecurrence needs gates i, f and o of their own, and no projection'],
  ])('refuse %s', (_, options, message) => {
    expect(() => lstm(options as LstmOptions & { projection?: false; gateRecurrence?: false })).toThrow(new TypeError(message));
  });

  it.each(['state and bias', 'state', 'bias'] as const)('a GRU whose gates see %s can be normalized', (gateInputs) => {
    checkDerivatives(pointOf(gru({ gateInputs, normalization: 'gate' }), 54), 55, 'gru');
  });
});
