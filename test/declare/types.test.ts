import { compileModule } from 'cellwright/compiler';
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
  logSumExp,
  matrixVector,
  max,
  maximum,
  mean,
  mul,
  outer,
  parameter,
  select,
  sequence,
  sigmoid,
  slice,
  softmax,
  split,
  sub,
  sum,
} from '../../src/declare/index.js';
import type { Expression, Shape } from '../../src/declare/index.js';
import { Dim } from '../../src/graph/dim.js';
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
      expectTypeOf(concat([y, y], -2)).toEqualTypeOf<Expression<readonly [string | number, 'H']>>();
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

  it.each([['sum', sum], ['mean', mean], ['maximum', maximum], ['logSumExp', logSumExp]] as const)('of a %s, which lacks the axes reduced over', (_, reduce) => {
    defineModel('typed', { dims: ['I', 'H'], inputs: { x: ['T', 'H'], cube: ['H', 'I', 2] } }, ({ x, cube }) => {
      // What TypeScript says and what there is.
      const is = <const S extends Shape>(value: Expression<S>, ...shape: S): void => {
        expect(value.node.type.shape.map(({ key }) => key)).toEqual(shape.map(String));
      };
      expectTypeOf(reduce(x)).toEqualTypeOf<Expression<readonly []>>();
      is(reduce(x));
      expectTypeOf(reduce(x, undefined)).toEqualTypeOf<Expression<readonly []>>();
      expectTypeOf(reduce(x, 0)).toEqualTypeOf<Expression<readonly ['H']>>();
      is(reduce(x, 0), 'H');
      expectTypeOf(reduce(x, -1)).toEqualTypeOf<Expression<readonly ['T']>>();
      is(reduce(x, -1), 'T');
      expectTypeOf(reduce(x, [0, 1])).toEqualTypeOf<Expression<readonly []>>();
      is(reduce(x, [0, 1]));
      expectTypeOf(reduce(cube, 1)).toEqualTypeOf<Expression<readonly ['H', 2]>>();
      expectTypeOf(reduce(cube, -2)).toEqualTypeOf<Expression<readonly ['H', 2]>>();
      is(reduce(cube, -2), 'H', 2);
      expectTypeOf(reduce(cube, [2, 0])).toEqualTypeOf<Expression<readonly ['I']>>();
      is(reduce(cube, [2, 0]), 'I');
      // The same axis twice, and one counted from either end.
      expectTypeOf(reduce(cube, [-1, 0, 2])).toEqualTypeOf<Expression<readonly ['I']>>();
      is(reduce(cube, [-1, 0, 2]), 'I');
      return { outputs: { x, cube } };
    });
  });

  it('of a reduction as far as they tell the axes and the rank', () => {
    defineModel('typed', { dims: ['H'], inputs: { x: ['T', 'H'] } }, ({ x }) => {
      const [axis, axes, either, perhaps, one] = [1, [1], 1, undefined, [1]] as [number, readonly number[], 0 | 1, 0 | undefined, readonly [0 | 1]];
      expectTypeOf(sum(x, axis)).toEqualTypeOf<Expression>();
      expectTypeOf(sum(x, axes)).toEqualTypeOf<Expression>();
      expectTypeOf(sum(x, [0, axis])).toEqualTypeOf<Expression>();
      expectTypeOf(sum(x, perhaps)).toEqualTypeOf<Expression>();
      expectTypeOf(sum(x, either)).toEqualTypeOf<Expression<readonly ['H'] | readonly ['T']>>();
      expectTypeOf(sum(x, one)).toEqualTypeOf<Expression<readonly ['H'] | readonly ['T']>>();
      const unknown: Expression = x;
      expectTypeOf(sum(unknown)).toEqualTypeOf<Expression<readonly []>>();
      expectTypeOf(sum(unknown, 0)).toEqualTypeOf<Expression>();
      expectTypeOf(sum<readonly ['H']>(unknown, 0)).toEqualTypeOf<Expression<readonly ['H']>>();
      const rows = x as Expression<readonly ['T', ...Shape]>;
      expectTypeOf(sum(rows, 1)).toEqualTypeOf<Expression<readonly ['T', ...Shape]>>();
      expectTypeOf(sum(rows, -1)).toEqualTypeOf<Expression>();
      const ofWidth = <W extends string>(matrix: Expression<readonly ['T', W]>): Expression<readonly [W]> => mean(matrix, 0);
      expectTypeOf(ofWidth(x)).toEqualTypeOf<Expression<readonly ['H']>>();
      return { outputs: { x } };
    });
  });

  it('of a slice, which has another size along its axis', () => {
    defineModel('typed', { dims: ['I', 'H'], inputs: { x: ['T', 'H'], cube: ['H', 'I', 2] } }, ({ x, cube }) => {
      const [size, axis, either] = [Dim.one, 1, 1] as [Dim, number, 0 | 1];
      expectTypeOf(slice(x, 1, 'T-1')).toEqualTypeOf<Expression<readonly ['T-1', 'H']>>();
      expectTypeOf(slice(x, 1, 2, 0)).toEqualTypeOf<Expression<readonly [2, 'H']>>();
      expectTypeOf(slice(x, 0, 1, -1)).toEqualTypeOf<Expression<readonly ['T', 1]>>();
      expectTypeOf(slice(x, 1, 'T-1', -2)).toEqualTypeOf<Expression<readonly ['T-1', 'H']>>();
      expectTypeOf(slice(cube, 1, 'I-1', 1)).toEqualTypeOf<Expression<readonly ['H', 'I-1', 2]>>();
      expectTypeOf(slice(x, 0, size, 1)).toEqualTypeOf<Expression<readonly ['T', string | number]>>();
      expectTypeOf(slice(x, 0, 1, axis)).toEqualTypeOf<Expression<readonly [string | number, string | number]>>();
      expectTypeOf(slice(x, 0, 1, either)).toEqualTypeOf<Expression<readonly [1, 'H'] | readonly ['T', 1]>>();
      const rows = x as Expression<readonly ['T', ...Shape]>;
      expectTypeOf(slice(rows, 1, 2)).toEqualTypeOf<Expression<readonly [2, ...Shape]>>();
      expectTypeOf(slice(rows, 0, 1, -1)).toEqualTypeOf<Expression>();
      expectTypeOf(slice(x as Expression, 0, 1)).toEqualTypeOf<Expression>();
      expectTypeOf(slice<readonly [1, 'H']>(x as Expression, 0, 1)).toEqualTypeOf<Expression<readonly [1, 'H']>>();
      return { outputs: { x, cube } };
    });
  });

  it('of what goes on from a reduction or a slice to layers and losses', async () => {
    const dims = { dims: ['H', 'O'], inputs: { x: ['T', 'H'] }, targets: { digit: { shape: [], dtype: 'index' }, wanted: ['T', 'O'] } } as const;
    const model = defineModel('typed', dims, ({ x, digit, wanted }) => {
      const logits = dense('whole', 'O', mean(x, 0));
      expectTypeOf(logits).toEqualTypeOf<Expression<readonly ['O']>>();
      const late = dense('late', 'O', slice(x, 1, 'T-1'));
      expectTypeOf(late).toEqualTypeOf<Expression<readonly ['T-1', 'O']>>();
      // @ts-expect-error a scalar has no axis that a layer could run along
      expect(() => dense('none', 'O', mean(x))).toThrow(DeclarationError);
      // @ts-expect-error [H] is no [T]
      expect(() => add(mean(x, 0), mean(x, 1))).toThrow(DeclarationError);
      // @ts-expect-error a scalar is not repeated
      expect(() => add(x, sum(x))).toThrow(DeclarationError);
      // @ts-expect-error [T-1, O] is no [T, O]
      expect(() => meanSquaredError(late, wanted)).toThrow(DeclarationError);
      return { outputs: { logits, late }, loss: [softmaxCrossEntropy(logits, digit), meanSquaredError(late, slice(wanted, 1, 'T-1'))] };
    });
    expect([...model.parameters.values()].find(({ name }) => name === 'whole.W')?.shape.map(({ key }) => key)).toEqual(['O', 'H']);
    await compileModule({ definition: model });
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
