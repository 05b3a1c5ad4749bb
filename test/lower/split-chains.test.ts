import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import type { Buffer, MapKernel, Statement } from '../../src/lower/kernel-program.js';
import { splitChains } from '../../src/lower/split-chains.js';
import type { ScalarCode } from '../../src/ops/op.js';

const size = Dim.symbol('H');
const at = Dim.symbol('j');
const buffers = new Map<string, Buffer>();
function buffer(name: string): Buffer {
  const known = buffers.get(name) ?? { name, role: 'scratch' as const, shape: [size], size };
  buffers.set(name, known);
  return known;
}
const code: ScalarCode = { typescript: () => '', wasm: () => '' };
const value = (id: number) => ({ kind: 'value', id }) as const;
const load = (id: number, from: string): Statement => ({ kind: 'load', id, name: undefined, address: { buffer: buffer(from), offset: at }, guards: [] });
const compute = (id: number, op: string, ...operands: number[]): Statement => ({
  kind: 'compute', id, name: undefined, op, code, operands: operands.map(value), truth: false, operandTruths: operands.map(() => false),
});
const store = (to: string, id: number): Statement => ({ kind: 'store', address: { buffer: buffer(to), offset: at }, value: value(id), truth: false });
const map = (...statements: Statement[]): MapKernel => ({ kind: 'map', axes: [{ index: 'j', size }], statements });

/** A map as one word per statement. */
const words = ({ statements }: MapKernel): string[] =>
  statements.map((each) => {
    if (each.kind === 'load') return `${String(each.id)}=${each.address.buffer.name}`;
    if (each.kind === 'compute') return `${String(each.id)}=${each.op}(${each.operands.map((operand) => (operand.kind === 'value' ? String(operand.id) : '')).join(',')})`;
    return each.kind === 'store' ? `${each.address.buffer.name}=${each.value.kind === 'value' ? String(each.value.id) : ''}` : each.kind;
  });

describe('a chain of slow functions', () => {
  it('is taken apart where the second waits for the first, and goes on from what was stored', () => {
    const parts = splitChains(map(load(0, 'a'), load(1, 'p'), compute(2, 'tanh', 0), compute(3, 'mul', 2, 1), compute(4, 'sigmoid', 3), store('c', 3), store('y', 4)));
    expect(parts.map(words)).toEqual([
      ['0=a', '2=tanh(0)', '1=p', '3=mul(2,1)', 'c=3'],
      ['3=c', '4=sigmoid(3)', 'y=4'],
    ]);
  });

  it('has as many parts as links', () => {
    const parts = splitChains(map(load(0, 'a'), compute(1, 'exp', 0), compute(2, 'log', 1), compute(3, 'tanh', 2), store('u', 1), store('v', 2), store('w', 3)));
    expect(parts.map(words)).toEqual([['0=a', '1=exp(0)', 'u=1'], ['1=u', '2=log(1)', 'v=2'], ['2=v', '3=tanh(2)', 'w=3']]);
  });

  it('computes again what is not slow', () => {
    const parts = splitChains(map(load(0, 'a'), load(1, 'b'), compute(2, 'mul', 0, 1), compute(3, 'exp', 2), compute(4, 'add', 3, 2), compute(5, 'exp', 4), store('u', 3), store('v', 5)));
    expect(parts.map(words)).toEqual([
      ['0=a', '1=b', '2=mul(0,1)', '3=exp(2)', 'u=3'],
      ['3=u', '0=a', '1=b', '2=mul(0,1)', '4=add(3,2)', '5=exp(4)', 'v=5'],
    ]);
  });
});

describe('a map stays whole', () => {
  const whole = (...statements: Statement[]): void => {
    const kernel = map(...statements);
    expect(splitChains(kernel)).toEqual([kernel]);
  };

  it('where slow functions do not wait for each other', () => {
    whole(load(0, 'a'), compute(1, 'tanh', 0), compute(2, 'exp', 0), compute(3, 'mul', 1, 2), store('u', 3));
  });

  it('where a slow function would be computed twice, since nothing stores it', () => {
    whole(load(0, 'a'), compute(1, 'tanh', 0), compute(2, 'neg', 1), compute(3, 'exp', 1), store('u', 2), store('v', 3));
  });

  it('where the second part would read what the first has overwritten', () => {
    whole(load(0, 'c'), compute(1, 'tanh', 0), compute(2, 'add', 1, 0), compute(3, 'exp', 1), compute(4, 'mul', 3, 0), store('c', 2), store('u', 1), store('v', 4));
  });

  it('where nothing but the end of the chain is stored', () => {
    whole(load(0, 'a'), compute(1, 'tanh', 0), compute(2, 'exp', 1), store('u', 2));
  });
});
