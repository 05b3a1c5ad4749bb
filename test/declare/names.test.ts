import { describe, expect, it } from 'vitest';
import { affine, defineCell, parameter, tanh } from '../../src/declare/index.js';
import type { Expression } from '../../src/declare/index.js';
import { reasonAt } from './mistake.js';

const mistake = (label: string, declare: () => unknown): string => reasonAt(import.meta.url, label, declare);

const signature = { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'] } } as const;

const notIdentifiers = [
  '',
  ' ',
  '1st',
  'a-b',
  'a b',
  "x'; process.exit(1); '",
  'x\n}',
  '*/ alert() /*',
  '${x}',
  'a[0]',
  'naïve',
  '__proto__',
  'constructor',
];

describe.each(notIdentifiers)('the name %j is refused', (name) => {
  const quoted = JSON.stringify(name);

  it('for a definition', () => {
    const reason = mistake(
      'definition',
      () => defineCell(name, signature, ({ y }) => ({ next: { y }, outputs: { y } })), // mistake: definition
    );
    expect(reason).toContain(`the definition ${quoted} is no usable name`);
  });

  it('for a dim', () => {
    const reason = mistake(
      'dim',
      () =>
        defineCell('broken', { ...signature, dims: ['I', 'H', name] }, ({ y }) => ({ next: { y }, outputs: { y } })), // mistake: dim
    );
    expect(reason).toContain(`the dim ${quoted} is no usable name`);
  });

  it('for an input and a state', () => {
    const record = Object.fromEntries([[name, ['H']]]);
    const input = mistake(
      'input',
      () =>
        defineCell('broken', { ...signature, inputs: record as never }, ({ y }) => ({ next: { y }, outputs: { y } })), // mistake: input
    );
    expect(input).toContain(`the input ${quoted} is no usable name`);
    const state = mistake(
      'state',
      () => defineCell('broken', { ...signature, states: record as never }, () => ({}) as never), // mistake: state
    );
    expect(state).toContain(`the state ${quoted} is no usable name`);
  });

  it('for a parameter', () => {
    const reason = mistake('parameter', () => cell(() => parameter(name, ['H']))); // mistake: parameter
    expect(reason).toContain(`the parameter ${quoted} is no usable name`);
    const key = mistake('key', () => cell(({ x }) => affine('', 'H', { [name]: x }))); // mistake: key
    expect(key).toContain(`the parameter ${quoted} is no usable name`);
  });

  it('for an output and a named value', () => {
    const output = mistake(
      'output',
      () => defineCell('broken', signature, ({ y }) => ({ next: { y }, outputs: Object.fromEntries([[name, y]]) })), // mistake: output
    );
    expect(output).toContain(`the output ${quoted} is no usable name`);
    const record = (value: Expression) => Object.fromEntries([[name, value]]);
    const named = mistake('named', () =>
      defineCell('broken', signature, ({ y }) => ({ next: { y }, outputs: { y }, named: record(tanh(y)) })), // mistake: named
    );
    expect(named).toContain(`the value ${quoted} is no usable name`);
  });
});

describe('names', () => {
  it('of parameters may be paths, without empty parts', () => {
    const definition = cell(({ x }) => affine('inner.z', 'H', { W: x }));
    expect([...definition.parameters.keys()]).toEqual(['inner.W_z', 'inner.b_z']);
    for (const path of ['a..b', '.a', 'a.', 'a.__proto__']) {
      const reason = mistake('path', () => cell(() => parameter(path, ['H']))); // mistake: path
      expect(reason).toContain('is no usable name');
    }
  });

  it('that are words of the language pass', () => {
    const definition = cell(() => parameter('class', ['H']));
    expect([...definition.parameters.keys()]).toEqual(['class']);
  });

  it('are strings', () => {
    const reason = mistake('number', () => cell(() => parameter(7 as never, ['H']))); // mistake: number
    expect(reason).toContain('the parameter 7 is no usable name');
  });

  it('that were not declared are no values', () => {
    const reason = mistake('unknown', () => cell(({ q }) => tanh(q))); // mistake: unknown
    expect(reason).toBe("cell 'broken': there is no input or state 'q'; declared are x, y");
  });

  it('of inputs and states differ', () => {
    const both = { dims: ['H'], inputs: { y: ['H'] }, states: { y: ['H'] } } as const;
    const reason = mistake(
      'both',
      () => defineCell('broken', both, ({ y }) => ({ next: { y }, outputs: { y } })), // mistake: both
    );
    expect(reason).toContain("the state 'y' is declared twice");
  });

  it('of values are not those of inputs', () => {
    const reason = mistake(
      'like an input',
      () => defineCell('broken', signature, ({ y }) => ({ next: { y }, outputs: { y }, named: { x: tanh(y) } })), // mistake: like an input
    );
    expect(reason).toContain("the value 'x' is called like an input, state or parameter");
  });
});

function cell(next: (values: Record<'x' | 'y' | 'q', Expression<readonly ['H']>>) => Expression) {
  return defineCell('broken', signature, (values) => {
    const y = next(values as never) as Expression<readonly ['H']>;
    return { next: { y }, outputs: { y } };
  });
}
