import { describe, expect, it } from 'vitest';
import {
  add,
  affine,
  broadcast,
  concat,
  constant,
  defineCell,
  diagonal,
  einsum,
  linear,
  matrixVector,
  mul,
  pad,
  parameter,
  sigmoid,
  sizeOf,
  slice,
  split,
  sub,
  sum,
  tanh,
  uniform,
  windows,
} from '../../src/declare/index.js';
import type { Expression, WindowsOptions } from '../../src/declare/index.js';
import { reasonAt } from './mistake.js';

const mistake = (label: string, declare: () => unknown): string => reasonAt(import.meta.url, label, declare);

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

/**
 * A cell whose next y is what the equations give. Its values are without shapes, so that the compiler lets mistakes through
 * that it finds elsewhere (see `types.test.ts`).
 */
const cell = (next: (values: { readonly x: Expression; readonly y: Expression }) => unknown) =>
  defineCell('broken', signature, (values) => {
    const y = next(values) as Expression<readonly ['H']>;
    return { next: { y }, outputs: { y } };
  });
type Vector = Expression<readonly [string]>;
const vector = (value: Expression): Vector => value as Vector;

describe('shapes that do not fit are reported with their names and both shapes', () => {
  it('in a sum', () => {
    const reason = mistake('a sum', () => cell(({ x, y }) => tanh(add(y, x)))); // mistake: a sum
    expect(reason).toBe("cell 'broken': 'add' needs operands of one shape, not [H] and [I] (y is [H], x is [I])");
  });

  it('at the line of the expression, not of the definition', () => {
    const reason = mistake('a later line', () =>
      cell(({ x, y }) => {
        const preactivation = affine('i', 'H', { W: vector(x), R: vector(y) });
        return sigmoid(add<readonly (string | number)[]>(preactivation, x)); // mistake: a later line
      }),
    );
    expect(reason).toBe(
      "cell 'broken': 'add' needs operands of one shape, not [H] and [I] (W_i·x + R_i·y + b_i is [H], x is [I])",
    );
  });

  it('briefly, however long the expression', () => {
    const reason = mistake('a long expression', () =>
      cell(({ x, y }) => {
        let power = x;
        for (let k = 0; k < 60; k++) power = mul(power, power);
        return add(power, y); // mistake: a long expression
      }),
    );
    expect(reason).toMatch(/is \[I\], y is \[H\]\)$/);
    expect(reason.length).toBeLessThan(200);
  });

  it('in a matrix product', () => {
    const reason = mistake(
      'matrixVector',
      () => cell(({ y }) => matrixVector(parameter('W', ['H', 'I']), y as Expression<readonly ['I']>)), // mistake: matrixVector
    );
    expect(reason).toBe(
      "cell 'broken': matrixVector multiplies a matrix [O, I] with a vector [I]; W is [H, I] and y is [H]",
    );
  });

  it('in an einsum', () => {
    const reason = mistake(
      'einsum',
      () => cell(({ y }) => einsum('oi,i->o', parameter('W', ['H', 'I']), y)), // mistake: einsum
    );
    expect(reason).toContain("'i' is I in one operand and H in the other (W is [H, I], y is [H])");
  });

  it('in an affine map', () => {
    const reason = mistake(
      'affine',
      () => cell(() => affine('i', 'H', { W: parameter('M', ['H', 'I']) as Expression as Vector })), // mistake: affine
    );
    expect(reason).toContain("affine('i') multiplies 'W' with a vector; M is [H, I]");
  });

  it('in a broadcast', () => {
    const reason = mistake('broadcast', () => cell(({ x }) => broadcast(x, ['H']))); // mistake: broadcast
    expect(reason).toContain("can't repeat x, which is [I], to [H]");
  });

  it('in a concatenation', () => {
    const reason = mistake(
      'concat',
      () => cell(({ x }) => concat([x, parameter('M', ['H', 'I'])])), // mistake: concat
    );
    expect(reason).toContain('not [I] and [H, I] (x is [I], M is [H, I])');
  });

  it('in a split, a slice and a reduction', () => {
    expect(
      mistake(
        'split',
        () => cell(({ x }) => split(x, ['H', 'H'])), // mistake: split
      ),
    ).toContain('H + H does not add up to an axis of size I (x is [I])');
    expect(
      mistake(
        'slice',
        () => cell(({ x }) => slice(x, 0, 'I+1')), // mistake: slice
      ),
    ).toContain("'slice' from 0 to I+1 leaves an axis of size I (x is [I])");
    expect(
      mistake(
        'axis',
        () => cell(({ x }) => sum(x, 1)), // mistake: axis
      ),
    ).toContain('there is no axis 1 in x, which is [I]');
  });

  it('in the next value of a state', () => {
    const reason = mistake('the next value', () => cell(({ x }) => tanh(x))); // mistake: the next value
    expect(reason).toBe("cell 'broken': the next value of 'y' must be [H]; tanh(x) is [I]");
  });
});

describe('states and results', () => {
  const equations = (result: object) => () => result as never;

  it('each state needs a next value', () => {
    const reason = mistake(
      'no next value',
      () => defineCell('broken', signature, ({ y }) => ({ next: {} as { y: typeof y }, outputs: { y } })), // mistake: no next value
    );
    expect(reason).toBe("cell 'broken': the state 'y' is never given a next value; return it as next: { y: … }");
  });

  it('a next value needs a state', () => {
    const reason = mistake(
      'no state',
      () => defineCell('broken', signature, ({ y }) => ({ next: { y, c: y }, outputs: { y } })), // mistake: no state
    );
    expect(reason).toBe("cell 'broken': 'c' is given a next value but is no state; states are y");
  });

  it('a cell has an output', () => {
    const reason = mistake(
      'no output',
      () => defineCell('broken', signature, ({ y }) => ({ next: { y }, outputs: {} })), // mistake: no output
    );
    expect(reason).toContain('the cell has no output');
  });

  it('the function returns records of expressions', () => {
    expect(
      mistake(
        'nothing',
        () => defineCell('broken', signature, () => undefined as never), // mistake: nothing
      ),
    ).toContain("the function returns no 'next'");
    expect(
      mistake(
        'no outputs',
        () => defineCell('broken', signature, equations({ next: {} })), // mistake: no outputs
      ),
    ).toContain("the function returns no 'outputs'");
    const reason = mistake(
      'a number',
      () => defineCell('broken', signature, equations({ next: { y: 3 }, outputs: {} })), // mistake: a number
    );
    expect(reason).toContain("the next value of 'y' is no expression");
  });

  it('the equations are a function and the signature is complete', () => {
    expect(
      mistake(
        'no function',
        () => defineCell('broken', signature, 'y = x' as never), // mistake: no function
      ),
    ).toContain('the equations are given as a function');
    const reason = mistake(
      'no states',
      () => defineCell('broken', { dims: ['I'], inputs: {} } as never, equations({})), // mistake: no states
    );
    expect(reason).toBe("cell 'broken': the signature has no 'states'; it needs dims, inputs, states");
  });
});

describe('parameters', () => {
  it('are all used', () => {
    const reason = mistake('unused', () =>
      cell(({ y }) => {
        diagonal('p', y); // mistake: unused
        return tanh(y);
      }),
    );
    expect(reason).toBe("cell 'broken': the parameter 'p' is never used");
  });

  it('are declared once', () => {
    const reason = mistake('twice', () =>
      cell(({ x, y }) => {
        const first = affine('i', 'H', { W: vector(x) });
        const second = linear('i', 'H', { W: vector(x) }); // mistake: twice
        return add<readonly (string | number)[]>(first, second, y);
      }),
    );
    expect(reason).toMatch(/^cell 'broken': the parameter 'W_i' is declared twice; first at .*mistakes\.test\.ts:\d+$/);
  });

  it('are not called like an input', () => {
    const reason = mistake(
      'like an input',
      () => cell(({ y }) => mul(parameter('x', ['H']), y)), // mistake: like an input
    );
    expect(reason).toContain("the parameter 'x' is declared twice");
  });
});

describe('expressions', () => {
  it('stay in their definition', () => {
    let leaked: Expression | undefined;
    defineCell('other', signature, ({ y }) => {
      leaked = mul(y, 2);
      return { next: { y }, outputs: { y } };
    });
    const reason = mistake(
      'a leaked operand',
      () => cell(({ y }) => add(y, leaked ?? 0)), // mistake: a leaked operand
    );
    expect(reason).toBe("cell 'broken': 'add' was given y * 2, an expression of another definition (cell 'other')");
    const result = mistake(
      'a leaked result',
      () => defineCell('broken', signature, () => ({ next: { y: leaked }, outputs: {} }) as never), // mistake: a leaked result
    );
    expect(result).toBe(
      "cell 'broken': the next value of 'y' is y * 2, an expression of another definition (cell 'other')",
    );
    const outside = mistake('outside', () => sub(leaked ?? 0, 1)); // mistake: outside
    expect(outside).toBe(
      "'sub' stands outside of a definition; write it inside the function given to defineCell or defineModel",
    );
  });

  it('are made inside a definition', () => {
    const reason = mistake('a parameter outside', () => parameter('b', ['H'])); // mistake: a parameter outside
    expect(reason).toContain("the parameter 'b' stands outside of a definition");
  });

  it('are no other values', () => {
    expect(
      mistake(
        'undefined',
        () => cell(() => tanh(undefined as never)), // mistake: undefined
      ),
    ).toContain("'tanh' takes expressions, not undefined");
    expect(
      mistake(
        'a string',
        () => cell(({ y }) => add(y, 'x' as never)), // mistake: a string
      ),
    ).toContain("'add' takes expressions, not a string");
    expect(
      mistake(
        'numbers',
        () => cell(() => add(1, 2)), // mistake: numbers
      ),
    ).toContain("'add' was given numbers only");
    expect(mistake('NaN', () => cell(({ y }) => mul(y, NaN)))).toContain("'mul' was given NaN"); // mistake: NaN
    expect(
      mistake(
        'a constant',
        () => cell(() => constant(NaN, ['H'])), // mistake: a constant
      ),
    ).toContain('a constant must be a number, not NaN');
  });
});

it('an initial value that is no finite number', () => {
  const broken = mistake('an initial value', () => cell(() => parameter('b', ['H'], uniform(-Infinity, 1)))); // mistake: an initial value
  expect(broken).toBe("cell 'broken': the parameter 'b' can't start out from -Infinity");
});

describe('dims', () => {
  const shaped = (dim: unknown) => cell(() => parameter('b', [dim as string])); // mistake: a shape

  it('are declared', () => {
    const reason = mistake('a shape', () => shaped('Z'));
    expect(reason).toBe("cell 'broken': the parameter 'b' uses the dim 'Z', which is not declared; declared are I, H");
  });

  it('leave room for a window', () => {
    const windowed = (size: number, options?: WindowsOptions) =>
      defineCell('broken', { dims: ['H'], inputs: { x: [4] }, states: { y: ['H'] } }, ({ x, y }) => ({
        next: { y },
        outputs: { w: windows(x, size, options) }, // mistake: a window
      }));
    const reason = (size: number, options?: WindowsOptions) => mistake('a window', () => windowed(size, options));
    expect(reason(5)).toContain('windows of 5 elements do not fit into an axis of size 4');
    expect(reason(3, { dilation: 2 })).toContain('windows of 5 elements do not fit into an axis of size 4');
    expect(reason(2, { stride: 0 })).toContain('windows need a stride that is a positive integer, not 0');
    expect(reason(2, { dilation: 0.5 })).toContain('windows need a dilation that is a positive integer, not 0.5');
  });

  it('are declared where they say how far from the start', () => {
    const start = mistake('a start', () => cell(({ y }) => slice(y, 'Z', 'H'))); // mistake: a start
    expect(start).toBe("cell 'broken': the slice uses the dim 'Z', which is not declared; declared are I, H");
    const padding = mistake('a padding', () => cell(({ y }) => pad(y, 0, 'Z'))); // mistake: a padding
    expect(padding).toContain("the padding uses the dim 'Z', which is not declared");
  });

  it.each([
    [0, "the parameter 'b' has a dim of size 0; sizes are positive integers"],
    [-3, "the parameter 'b' has a dim of size -3; sizes are positive integers"],
    ['H-H', "the parameter 'b' has a dim of size 0; sizes are positive integers"],
    [1.5, "the parameter 'b': a dim must be an integer, not 1.5"],
    [NaN, "the parameter 'b': a dim must be an integer, not NaN"],
    [Infinity, "the parameter 'b': a dim must be an integer, not Infinity"],
    [2 ** 53, "the parameter 'b': a dim must be an integer, not 9007199254740992"],
    ['H/2', "the parameter 'b': 'H/2' is no dim"],
    ['', "the parameter 'b': '' is no dim"],
    [undefined, "the parameter 'b': undefined is no dim"],
  ])('are positive integers, unlike %o', (size, message) => {
    const reason = mistake('a shape', () => shaped(size));
    expect(reason).toContain(message);
  });

  it('come as a list', () => {
    const reason = mistake('no list', () => cell(() => parameter('b', 'H' as never))); // mistake: no list
    expect(reason).toBe("cell 'broken': the parameter 'b' needs a shape, a list of dims like ['H', 'I']");
  });

  it('are all used', () => {
    const reason = mistake('an unused dim', () =>
      defineCell('broken', { dims: ['I', 'H', 'K'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => ({ next: { y }, outputs: { x } })), // mistake: an unused dim
    );
    expect(reason).toBe("cell 'broken': the dim 'K' is never used");
    // In a parameter, a constant, a window or as a number a dim is used as much as in an input.
    const uses: ((y: Expression<readonly ['H']>) => Expression)[] = [
      (y) => matrixVector(parameter('W', ['K', 'H']), y),
      (y) => concat([constant(1, ['K']), y]),
      (y) => mul(y, broadcast(sizeOf('K'), ['H'])),
      (y) => pad(y, 0, 'K'),
    ];
    for (const use of uses) {
      const declared = defineCell('right', { dims: ['H', 'K'], inputs: {}, states: { y: ['H'] } }, ({ y }) => ({ next: { y }, outputs: { value: use(y) } }));
      expect(declared.dims).toEqual(['H', 'K']);
    }
  });

  it('have names of their own', () => {
    const dims = (...names: string[]) =>
      defineCell('broken', { dims: names, inputs: {}, states: {} }, () => undefined as never); // mistake: dims
    expect(mistake('dims', () => dims('H', 'H'))).toContain("the dim 'H' is declared twice");
    expect(mistake('dims', () => dims('H', 'T'))).toContain(
      "the dim 'T' is taken: T is the number of steps, B the batch",
    );
    expect(mistake('dims', () => dims('H', 'B'))).toContain("the dim 'B' is taken");
  });
});
