import { expect, it } from 'vitest';
import * as library from '../../../src/cells/index.js';
import { cell } from '../../../src/declare/index.js';
import type { CellDefinition } from '../../../src/declare/index.js';
import { printGraph } from '../../../src/graph/print.js';

/** Each as its paper prints it, with the bias behind the products. */
const written: readonly [keyof typeof library, () => CellDefinition][] = [
  [
    'vanillaLstm',
    () => cell`
      cell vanillaLstm
      z = tanh(W_z x + R_z y' + b_z)
      i = sig(W_i x + R_i y' + b_i + p_i * c')
      f = sig(W_f x + R_f y' + b_f + p_f * c')
      c = z * i + c' * f
      o = sig(W_o x + R_o y' + b_o + p_o * c)
      y = tanh(c) * o
      b_f: [H] = 1
    `,
  ],
  [
    'npLstm',
    () => cell`
      cell npLstm
      z = tanh(W_z x + R_z y' + b_z); i = sig(W_i x + R_i y' + b_i)
      f = sig(W_f x + R_f y' + b_f);  o = sig(W_o x + R_o y' + b_o)
      c = z * i + c' * f
      y = tanh(c) * o
    `,
  ],
  [
    'cifg',
    () => cell`
      cell cifg
      z = tanh(W_z x + R_z y' + b_z)
      f = sig(W_f x + R_f y' + b_f + p_f * c')
      i = 1 - f   // the other gate
      c = z * i + c' * f
      o = sig(W_o x + R_o y' + b_o + p_o * c)
      y = tanh(c) * o
    `,
  ],
  [
    'fullPeepholeLstm',
    () => cell`
      cell fullPeepholeLstm
      z = tanh(W_z x + R_z y' + b_z)
      i = sig(W_i x + R_i y' + P_i c' + b_i)
      f = sig(W_f x + R_f y' + P_f c' + b_f)
      c = z * i + c' * f
      o = sig(W_o x + R_o y' + P_o c + b_o)
      y = tanh(c) * o
    `,
  ],
  [
    'fgr',
    () => cell`
      cell fgr
      z = tanh(W_z x + R_z y' + b_z)
      i = sig(W_i x + R_i y' + b_i + p_i * c' + (R_ii i' + R_fi f' + R_oi o'))
      f = sig(W_f x + R_f y' + b_f + p_f * c' + (R_if i' + R_ff f' + R_of o'))
      c = z * i + c' * f
      o = sig(W_o x + R_o y' + b_o + p_o * c + (R_io i' + R_fo f' + R_oo o'))
      y = tanh(c) * o
    `,
  ],
  [
    'lstmp',
    () => cell`
      cell lstmp
      W_p: [P, H]
      z = tanh(W_z x + R_z y' + b_z)
      i = sig(W_i x + R_i y' + b_i)
      f = sig(W_f x + R_f y' + b_f)
      o = sig(W_o x + R_o y' + b_o)
      c = z * i
        + c' * f
      m = tanh(c) * o
      y = W_p m
      c: [H]
    `,
  ],
  [
    'gruV1',
    () => cell`
      cell gruV1
      r = sig(W_r x + R_r y' + b_r)
      u = sig(W_u x + R_u y' + b_u)
      n = tanh(W_n x + R_n (r * y') + b_n)
      y = (1 - u) * n + u * y'
    `,
  ],
  [
    'gruV3',
    () => cell`
      cell gruV3
      r = sig(W_r x + R_r y' + b_r)
      u = sig(W_u x + R_u y' + b_u)
      n = tanh(W_n x + b_n + r * (R_n y' + bR_n))
      y = (1 - u) * n + u * y'
    `,
  ],
  ['rnnRelu', () => cell`cell rnnRelu; y = relu(W x + R y' + b)`],
  [
    'mgu',
    () => cell`
      cell mgu
      f = sig(W_f x + R_f y' + b_f)
      n = tanh(W_n x + R_n (f * y') + b_n)
      y = (1 - f) * y' + f * n
    `,
  ],
  [
    'star',
    () => cell`
      cell star
      k = sig(W_k x + R_k y' + b_k)
      z = tanh(W_z x + b_z)
      y = tanh((1 - k) * y' + k * z)
    `,
  ],
  [
    'sru',
    () => cell`
      cell sru
      candidate = W x
      f = sig(W_f x + b_f + v_f * c')
      c = f * c' + (1 - f) * candidate
      r = sig(W_r x + b_r + v_r * c')
      y = r * c + (1 - r) * (W_s x)
    `,
  ],
  [
    'mogrifierLstm',
    () => cell`
      cell mogrifierLstm
      x1 = 2 sig(Q_1 y') * x
      y2 = 2 sig(M_2 x1) * y'
      x3 = 2 sig(Q_3 y2) * x1
      y4 = 2 sig(M_4 x3) * y2
      x5 = 2 sig(Q_5 y4) * x3
      z = tanh(W_z x5 + R_z y4 + b_z)
      i = sig(W_i x5 + R_i y4 + b_i)
      f = sig(W_f x5 + R_f y4 + b_f)
      o = sig(W_o x5 + R_o y4 + b_o)
      c = z * i + c' * f
      y = tanh(c) * o
    `,
  ],
];

/** The lines of a graph's text, numbered in the order in which results need them and not in which they were written down. */
function numberedByUse(graph: string): string[] {
  const lines = new Map(graph.split('\n').map((line) => [/^(?:let|out) ([^ :]+)/.exec(line)?.[1] ?? '', line]));
  const numbers = new Map<string, string>();
  const printed: string[] = [];
  const print = (key: string): void => {
    const line = lines.get(key) ?? '';
    const [, operands = ''] = /^let [^=]*= \w+\(([^)]*)\)/.exec(line) ?? /^out \S+ = (.*)$/.exec(line) ?? [];
    for (const operand of operands.split(', ')) if (operand !== '' && !numbers.has(operand)) print(operand);
    if (line.startsWith('let')) numbers.set(key, `n${numbers.size}`);
    printed.push(line.replaceAll(/\bn\d+\b/g, (id) => numbers.get(id) ?? id));
  };
  for (const key of [...lines.keys()].filter((each) => lines.get(each)?.startsWith('out')).sort()) print(key);
  return printed;
}

it.each(written)('%s is the same graph from text as from functions', (name, define) => {
  const expected = library[name] as CellDefinition;
  const actual = define();
  // Names are beside the nodes: the text names more of them than the functions do.
  const nodes = ({ step }: CellDefinition): string[] => numberedByUse(printGraph(step).replace(/ \/\/ .*$/gm, ''));
  expect(nodes(actual)).toEqual(nodes(expected));
  expect([...actual.parameters.keys()].sort()).toEqual([...expected.parameters.keys()].sort());
  expect([...actual.states]).toEqual([...expected.states]);
});
