import { describe, expect, expectTypeOf, it } from 'vitest';
import { vanillaLstm } from '../../src/cells/index.js';
import {
  add,
  affine,
  concat,
  DeclarationError,
  defineCell,
  defineModel,
  diagonal,
  div,
  dot,
  greater,
  layerNorm,
  linear,
  matrixVector,
  max,
  mul,
  outer,
  parameter,
  select,
  sequence,
  sigmoid,
  softmax,
  split,
  sub,
  sum,
} from '../../src/declare/index.js';
import type { Expression } from '../../src/declare/index.js';
import { dense } from '../../src/layers/dense.js';
import { meanSquaredError } from '../../src/layers/mean-squared-error.js';
import { softmaxCrossEntropy } from '../../src/layers/softmax-cross-entropy.js';

type Hidden = Expression<readonly ['H']>;
const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } } as const;

describe('types follow the shapes', () => {
  it('of values, gates and states', () => {
    const cell = defineCell(
      'typed',
      { dims: ['I', 'H'], inputs: { x: ['I'], time: [] }, states: { y: ['H'], C: ['H', 'H'] } },
      ({ x, time, y, C }) => {
        expectTypeOf(x).toEqualTypeOf<Expression<readonly ['I']>>();
        expectTypeOf(time).toEqualTypeOf<Expression<readonly []>>();
        expectTypeOf(C).toEqualTypeOf<Expression<readonly ['H', 'H']>>();
        const i = sigmoid(add(affine('i', 'H', { W: x, R: y }), diagonal('p_i', y)));
        expectTypeOf(i).toEqualTypeOf<Hidden>();
        const weights = parameter('U', ['H', 'I']);
        expectTypeOf(weights).toEqualTypeOf<Expression<readonly ['H', 'I']>>();
        const product = matrixVector(weights, x);
        expectTypeOf(product).toEqualTypeOf<Hidden>();
        expectTypeOf(outer(product, x)).toEqualTypeOf<Expression<readonly ['H', 'I']>>();
        expectTypeOf(dot(y, i)).toEqualTypeOf<Expression<readonly []>>();
        expectTypeOf(sum(y)).toEqualTypeOf<Expression<readonly []>>();
        expectTypeOf(sub(1, y)).toEqualTypeOf<Hidden>();
        expectTypeOf(mul(2, i, y)).toEqualTypeOf<Hidden>();
        expectTypeOf(max(div(y, 3), 0)).toEqualTypeOf<Hidden>();
        expectTypeOf(select(greater(y, 0), y, 0)).toEqualTypeOf<Hidden>();
        expectTypeOf(softmax(layerNorm(y))).toEqualTypeOf<Hidden>();
        const [head, tail] = split(linear('s', 'H+1', { W: x }), ['H', 1]);
        expectTypeOf(head).toEqualTypeOf<Hidden>();
        expectTypeOf(tail).toEqualTypeOf<Expression<readonly [1]>>();
        return { next: { y: add(i, product, head), C }, outputs: { y, time } };
      },
    );
    expect(cell.outputs).toEqual(['y', 'time']);
  });

  it('of what lies side by side, with any size along that axis', () => {
    const dims = { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { wanted: ['T', 'O'], digit: { shape: ['T'], dtype: 'index' } } } as const;
    const model = defineModel('typed', dims, ({ x, wanted, digit }) => {
      const { outputs: { y } } = sequence(vanillaLstm, { x });
      expectTypeOf(concat([x, y], -1)).toEqualTypeOf<Expression<readonly ['T', string | number]>>();
      expectTypeOf(concat([x, y], 1)).toEqualTypeOf<Expression<readonly ['T', string | number]>>();
      expectTypeOf(concat([y, y], 0)).toEqualTypeOf<Expression<readonly [string | number, 'H']>>();
      expectTypeOf(concat([y, y], -2)).toEqualTypeOf<Expression<readonly [string | number, string | number]>>();
      expectTypeOf(concat<readonly ['T', 'I+H']>([x, y], -1)).toEqualTypeOf<Expression<readonly ['T', 'I+H']>>();
      // What a layer or a loss is given needs no type arguments.
      const logits = add(dense('a', 'O', concat([x, y], -1)), dense('b', 'O', add(y, y)));
      expectTypeOf(logits).toEqualTypeOf<Expression<readonly ['T', 'O']>>();
      meanSquaredError(concat([logits], -1), wanted);
      meanSquaredError(add(logits, concat([logits], -1)), wanted);
      // @ts-expect-error a matrix has no vector of targets
      expect(() => meanSquaredError(concat([logits], -1), digit)).toThrow(DeclarationError);
      return { outputs: { logits }, loss: softmaxCrossEntropy(concat([dense('e', 'O-1', y), dense('f', 1, y)], -1), digit) };
    });
    expect([...model.parameters.values()].find(({ name }) => name === 'a.W')?.shape.map(({ key }) => key)).toEqual(['O', 'H+I']);
  });

  it('of sequences and final states', () => {
    const model = defineModel('typed', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => {
      expectTypeOf(x).toEqualTypeOf<Expression<readonly ['T', 'I']>>();
      const { outputs, finalState } = sequence(vanillaLstm, { x });
      expectTypeOf(outputs.y).toEqualTypeOf<Expression<readonly ['T', 'H']>>();
      expectTypeOf(finalState.c).toEqualTypeOf<Hidden>();
      return { outputs };
    });
    expect(model.outputs).toEqual(['y']);
  });
});

/** Each mistake is one for the compiler, and where that is laid aside one at run time. */
const refused = (declare: () => unknown): void => {
  expect(declare).toThrow(DeclarationError);
};

const read = (value: unknown): void => {
  expect(value).toBeDefined();
};

describe('the compiler finds', () => {
  it('a state without a next value', () => {
    refused(() =>
      // @ts-expect-error c has no next value
      defineCell('broken', signature, ({ y }) => ({ next: { y }, outputs: { y } })),
    );
  });

  it('a next value of another shape', () => {
    refused(() =>
      // @ts-expect-error y is [H], x is [I]
      defineCell('broken', signature, ({ x, c }) => ({ next: { y: x, c }, outputs: { y: c } })),
    );
  });

  it('an unknown name', () => {
    refused(() =>
      // @ts-expect-error there is no input or state q
      defineCell('broken', signature, ({ y, c, q }) => {
        read(q);
        return { next: { y, c }, outputs: { y } };
      }),
    );
  });

  it('an undeclared dim', () => {
    const nothing = () => undefined as never;
    // @ts-expect-error Z is not declared
    refused(() => defineCell('broken', { ...signature, inputs: { x: ['Z'] } }, nothing));
    // @ts-expect-error Z is not declared
    refused(() => defineCell('broken', { ...signature, states: { y: ['Z'] } }, nothing));
    // @ts-expect-error O is not declared
    refused(() => defineModel('broken', { dims: ['I'], inputs: { x: ['T', 'O'] } }, ({ x }) => ({ outputs: { x } })));
  });

  it('mistakes within equations', () => {
    const cell = (
      next: (values: { readonly x: Expression<readonly ['I']>; readonly y: Hidden }) => Expression,
    ): void => {
      refused(() =>
        defineCell('broken', signature, ({ x, y, c }) => {
          const yNext = next({ x, y }) as Hidden;
          return { next: { y: yNext, c }, outputs: { y } };
        }),
      );
    };
    // @ts-expect-error sum of [H] and [I]
    cell(({ x, y }) => add(y, x));
    // @ts-expect-error sum of a gate and [I]
    cell(({ x, y }) => sigmoid(add(affine('i', 'H', { W: x, R: y }), x)));
    // @ts-expect-error sum of a matrix and a vector
    cell(({ y }) => add(parameter('M', ['H', 'H']), y));
    // @ts-expect-error the matrix is [H, I], the vector [H]
    cell(({ y }) => matrixVector(parameter('W', ['H', 'I']), y));
    // @ts-expect-error a matrix where a vector is needed
    cell(({ y }) => matrixVector(parameter('W', ['H', 'H']), outer(y, y)));
    // @ts-expect-error a vector where a matrix is needed
    cell(({ x, y }) => matrixVector(y, x));
    // @ts-expect-error the vectors are [H] and [I]
    cell(({ x, y }) => mul(y, sum<readonly ['H']>(dot(y, x))));
    // @ts-expect-error a matrix in place of a vector
    cell(({ y }) => affine('i', 'H', { R: outer(y, y) }));
    // @ts-expect-error a string in place of an expression
    cell(({ y }) => mul(y, '2'));
    // @ts-expect-error the branches of a selection are [H] and [I]
    cell(({ x, y }) => select(greater(y, 0), y, x));
  });

  it('sequences that do not fit the inputs of their cell', () => {
    const model = (outputs: (x: Expression<readonly ['T', 'I']>) => Readonly<Record<string, Expression>>): void => {
      refused(() =>
        defineModel('broken', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: outputs(x) })),
      );
    };
    // @ts-expect-error the input x is missing
    model(() => sequence(vanillaLstm, {}).outputs);
    // @ts-expect-error there is no input q
    model((x) => sequence(vanillaLstm, { x, q: x }).outputs);
    // @ts-expect-error the value has no axis T
    model(() => sequence(vanillaLstm, { x: parameter('v', ['I']) }).outputs);
    // @ts-expect-error too high a rank
    model(() => sequence(vanillaLstm, { x: parameter('v', ['T', 'I', 'I']) }).outputs);
  });

  it('results that are none', () => {
    // @ts-expect-error the cell has no outputs
    refused(() => defineCell('broken', signature, ({ y, c }) => ({ next: { y, c } })));
    // @ts-expect-error an output is an expression
    refused(() => defineCell('broken', signature, ({ y, c }) => ({ next: { y, c }, outputs: { y: 1 } })));
    const model = { dims: ['I'], inputs: { x: ['T', 'I'] } } as const;
    // @ts-expect-error a loss has a total
    refused(() => defineModel('broken', model, ({ x }) => ({ outputs: { x }, loss: { count: sum(x) } })));
  });
});
