import { describe, expect, it } from 'vitest';
import { affine, defineCell, defineModel, parameter, sequence, tanh } from '../../src/declare/index.js';
import type { Expression, Loss } from '../../src/declare/index.js';
import { meanSquaredError } from '../../src/layers/mean-squared-error.js';
import { reasonAt } from './mistake.js';

const mistake = (label: string, declare: () => unknown): string => reasonAt(import.meta.url, label, declare);

const good = defineCell('good', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } }, ({ x, y }) => {
  const yNext = tanh(affine('', 'H', { W: x, R: y }));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

type Sequence = Expression<readonly ['T', string]>;
interface Result {
  readonly outputs: Readonly<Record<string, Expression>>;
  readonly loss?: Loss;
}

const model = (body: (values: { readonly x: Sequence; readonly target: Sequence }) => Result) =>
  defineModel('broken', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'H'] } }, body);

describe('a sequence', () => {
  it('needs all inputs of its cell', () => {
    const reason = mistake('missing', () => model(() => sequence(good, {} as { x: Sequence }))); // mistake: missing
    expect(reason).toBe("model 'broken': the cell 'good' needs a sequence for its input 'x'");
  });

  it('takes no other inputs', () => {
    const given = (x: Sequence) => ({ x, q: x });
    const reason = mistake('more', () => model(({ x }) => sequence(good, given(x)))); // mistake: more
    expect(reason).toBe("model 'broken': the cell 'good' has no input 'q'; it has x");
  });

  it('runs over time', () => {
    const reason = mistake(
      'no time',
      () => model(() => sequence(good, { x: parameter('v', ['I']) as Expression as Sequence })), // mistake: no time
    );
    expect(reason).toBe("model 'broken': the input 'x' of the cell 'good' is a sequence [T, I]; v is [I]");
  });

  it('matches the dims that it was told', () => {
    const reason = mistake(
      'matched',
      () => model(({ x }) => sequence(good, { x }, { dims: { I: 'H' } })), // mistake: matched
    );
    expect(reason).toBe("model 'broken': the input 'x' of the cell 'good' is a sequence [T, H]; x is [T, I]");
  });

  it('knows the dims of its cell', () => {
    const reason = mistake(
      'unknown dim',
      () => model(({ x }) => sequence(good, { x }, { dims: { Q: 3 } })), // mistake: unknown dim
    );
    expect(reason).toBe("model 'broken': the cell 'good' has no dim 'Q'; it has I, H");
  });

  it.each([0, -1])('has no dim of size %d', (size) => {
    const reason = mistake(
      'size',
      () => model(({ x }) => sequence(good, { x }, { dims: { H: size } })), // mistake: size
    );
    expect(reason).toContain(`the cell 'good' has a dim of size ${size}; sizes are positive integers`);
  });

  it('shares no names with another', () => {
    const reason = mistake('twice', () =>
      model(({ x }) => {
        sequence(good, { x });
        return sequence(good, { x }); // mistake: twice
      }),
    );
    expect(reason).toContain("there is a value 'y' already; give this sequence of 'good' a name of its own");
  });

  it('has a usable name', () => {
    const reason = mistake('name', () => model(({ x }) => sequence(good, { x }, { name: 'a b' }))); // mistake: name
    expect(reason).toContain('the state "a b.y" is no usable name');
  });

  it('is no part of a cell', () => {
    const reason = mistake('in a cell', () =>
      defineCell('outer', { dims: ['I'], inputs: { x: ['I'] }, states: {} }, ({ x }) => ({
        next: {},
        outputs: sequence(good, { x: x as Expression as Sequence }).outputs, // mistake: in a cell
      })),
    );
    expect(reason).toContain("cell 'outer': sequence runs a cell over the steps of a model, not inside a cell");
  });

  it('is of a cell', () => {
    const reason = mistake('no cell', () => model(({ x }) => sequence({} as typeof good, { x }))); // mistake: no cell
    expect(reason).toBe("model 'broken': sequence runs a cell made by defineCell");
  });
});

describe('a model', () => {
  it('uses all its dims, if only for a cell', () => {
    const reason = mistake('an unused dim', () =>
      defineModel('broken', { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] } }, ({ x }) => sequence(good, { x })), // mistake: an unused dim
    );
    expect(reason).toBe("model 'broken': the dim 'O' is never used");
  });

  it('has a loss in two scalars', () => {
    const loss = (x: Expression) => ({ total: x, count: x }) as Loss;
    const reason = mistake(
      'loss',
      () => model(({ x }) => ({ ...sequence(good, { x }), loss: loss(tanh(x)) })), // mistake: loss
    );
    expect(reason).toBe("model 'broken': the total of the loss must be []; tanh(x) is [T, I]");
  });

  it('compares values of one shape', () => {
    const reason = mistake(
      'target',
      () => model(({ x, target }) => ({ outputs: { x }, loss: meanSquaredError(x, target) })), // mistake: target
    );
    expect(reason).toContain('(x is [T, I], target is [T, H])');
  });

  it('has values under the names of its inputs and targets only', () => {
    const reason = mistake(
      'unknown',
      () => model((values) => ({ outputs: { q: (values as unknown as { q: Sequence }).q } })), // mistake: unknown
    );
    expect(reason).toBe("model 'broken': there is no input or target 'q'; declared are x, target");
  });
});
