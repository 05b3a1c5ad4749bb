import { describe, expect, it } from 'vitest';
import { cell, DeclarationError } from '../../../src/declare/index.js';
import type { CellDefinition } from '../../../src/declare/index.js';

function errorOf(define: () => unknown): DeclarationError {
  try {
    define();
  } catch (error) {
    if (error instanceof DeclarationError) return error;
    throw error;
  }
  throw new Error('there was no error');
}

/** The line of this file in which a text stands. */
const lineHere = (): number => Number(/mistakes\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1]);

describe('mistakes in equations', () => {
  it.each<[string, () => CellDefinition, string]>([
    ['a missing parenthesis', () => cell`cell a; y = tanh(W x + R y'`, `line 1, column 28: expected ')', found the end`],
    ['a missing operand', () => cell`cell a; y = W x + * b`, `line 1, column 19: expected a number, a name or a parenthesis, found '*'`],
    ['no name', () => cell`y = W x`, `line 1, column 1: the cell has no name; write a line 'cell …' first`],
    ['a character without meaning', () => cell`cell a; y = W x @ b`, `line 1, column 17: '@' has no meaning here; names have letters, digits and _, products are written a * b or W x`],
    ['a state without an equation', () => cell`cell a; y = W x + c'`, `line 1, column 19: c' is the value of the previous step, but c has no equation`],
    ['a value of later on', () => cell`cell a; y = o * y'; o = sig(W x)`, `line 1, column 13: o is used before its equation; write o' for the value of the previous step`],
    ['two equations', () => cell`cell a; y = W x; y = R y'`, 'line 1, column 18: y has an equation already'],
    ['an equation of the previous value', () => cell`cell a; y' = W x`, 'line 1, column 10: an equation gives the new value; write y = …'],
    ['sizes that differ', () => cell`cell a; b: [3]; c: [4]; y = b + c + W x`, 'line 1, column 33: both sides of + have one size: b is [3], but c is [4]'],
    ['a matrix of another width', () => cell`cell a; R: [H, 3]; y = W x + R y'; y: [H]`, "line 1, column 30: R is [H, 3], but y' is [H]"],
    ['a vector in front of a vector', () => cell`cell a; i = sig(W x); y = i y'`, `line 1, column 27: i is a vector, so it can't multiply a vector; write i * … for the elementwise product`],
    ['a matrix alone', () => cell`cell a; y = W x + W`, 'line 1, column 19: W is a matrix elsewhere; expected what it multiplies behind it'],
    ['too many operands', () => cell`cell a; y = tanh(W x, y')`, 'line 1, column 13: tanh takes 1 operand, not 2'],
    ['a size that nothing tells', () => cell`cell a; y = W_p tanh(W x + R y')`, 'line 1, column 13: nothing tells a size of W_p; declare its shape: W_p: [P, H]'],
    ['an output without an equation', () => cell`cell a; output z; c = W x + c'`, 'line 1, column 16: the output z has no equation'],
  ])('says where there is %s', (_, define, reason) => {
    expect(errorOf(define).reason).toBe(reason);
  });

  it('gives the line of the file and of the text', () => {
    const start = lineHere();
    const error = errorOf(
      () => cell`
        cell a
        y = tanh(W x + R y'   # never closed
          + b
      `,
    );
    expect(error.reason).toMatch(/^line 5, column 7: expected '\)', found the end/);
    expect(error.location?.file).toMatch(/mistakes\.test\.ts$/);
    expect(error.location?.line).toBe(start + 6);
  });
});

it('finds inputs, outputs, shapes and first values', () => {
  const made = cell`
    cell memory
    input x: [D]
    input time: [1]
    output c, r
    b: [2H] = -0.5
    W_t: [2H, 1]
    r = 2 sig(W x)   // numbers multiply
    c = tanh(W_t time + b) - min(c', 1 / 4)
  `;
  expect([...made.inputs].map(([name, { shape }]) => [name, shape.join()])).toEqual([['x', 'D'], ['time', '1']]);
  expect([...made.states].map(([name, shape]) => [name, shape.join()])).toEqual([['c', '2H']]);
  expect(made.outputs).toEqual(['c', 'r']);
  expect(made.parameters.get('W')?.shape.join()).toBe('H,D');
  expect(made.parameters.get('b')?.initializer).toEqual({ kind: 'constant', value: -0.5 });
});
