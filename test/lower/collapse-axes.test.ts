import { describe, expect, test } from 'vitest';
import { collapseAxes } from '../../src/lower/collapse-axes.js';
import type { Address, MapKernel, Statement } from '../../src/lower/kernel-program.js';
import { printMap } from '../../src/lower/print-map.js';
import { Dim } from '../../src/graph/dim.js';

const at = (name: string, offset: string): Address => ({
  buffer: { name, role: 'scratch', shape: [], size: Dim.one },
  offset: Dim.from(offset),
});
const load = (from: Address): Statement => ({ kind: 'load', id: 0, name: undefined, address: from, guards: [] });
const store = (to: Address): Statement => ({ kind: 'store', address: to, value: { kind: 'value', id: 0 }, truth: false });
const map = (axes: Readonly<Record<string, string>>, ...statements: readonly Statement[]): MapKernel => ({
  kind: 'map',
  axes: Object.entries(axes).map(([index, size]) => ({ index, size: Dim.from(size) })),
  statements,
});
const collapsed = (kernel: MapKernel): string => printMap(collapseAxes(kernel)).join('\n');

describe('adjacent axes become one', () => {
  test('where all operands lie as they run', () => {
    const kernel = map({ b: 'B', h: 'H' }, load(at('x', 'H*b+h')), store(at('y', 'H*b+h+2H')));
    expect(collapsed(kernel)).toBe('map j in 0..B*H {\n  y[2H+j] = x[j]\n}');
  });

  test('three of them, the same stride for all', () => {
    const kernel = map({ t: 'T', b: 'B', h: 'H' }, load(at('x', '2B*H*t+2H*b+2h')), store(at('y', 'B*H*t+H*b+h')));
    expect(collapsed(kernel)).toBe('map j in 0..B*H*T {\n  y[j] = x[2j]\n}');
  });

  test('as far as it goes: a row that is repeated stays apart', () => {
    const kernel = map({ t: 'T', b: 'B', h: 'H' }, load(at('bias', 'h')), store(at('y', 'B*H*t+H*b+h')));
    expect(collapsed(kernel)).toBe('map j in 0..B*T, h in 0..H {\n  y[H*j+h] = bias[h]\n}');
  });

  test('where the sum of all elements is taken', () => {
    const kernel = map({ b: 'B', h: 'H' }, load(at('x', 'H*b+h')), {
      kind: 'accumulate', address: at('s', '0'), combine: 'sum', value: { kind: 'value', id: 0 }, guards: [],
    });
    expect(collapsed(kernel)).toBe('map j in 0..B*H {\n  s[0] += x[j]\n}');
  });

  test('not where an operand is turned, lies in wider rows, or is guarded along one axis', () => {
    const cases: readonly Statement[] = [
      load(at('x', 'B*h+b')),
      load(at('x', '2H*b+h')),
      { kind: 'load', id: 0, name: undefined, address: at('x', 'H*b+h'), guards: [{ index: Dim.from('h-1'), size: Dim.from('H') }] },
    ];
    for (const read of cases) expect(collapseAxes(map({ b: 'B', h: 'H' }, read, store(at('y', 'H*b+h')))).axes.map(({ index }) => index)).toEqual(['b', 'h']);
  });

  test('not where the number of the row is a value', () => {
    const kernel = map({ b: 'B', h: 'H' }, { kind: 'store', address: at('y', 'H*b+h'), value: { kind: 'dim', dim: Dim.from('b') }, truth: false });
    expect(collapseAxes(kernel)).toEqual(kernel);
  });

  test('under a name that nothing else has', () => {
    const kernel = map({ k: 'K', b: 'B', h: 'H' }, load(at('x', 'H*b+h+j*k')), store(at('y', 'K*H*b+K*h+k')));
    expect(collapsed(kernel)).toBe('map k in 0..K, h in 0..B*H {\n  y[K*h+k] = x[j*k+h]\n}');
  });
});

test('axes of size 1 are dropped', () => {
  const kernel = map({ t: '1', b: 'B', h: '1' }, load(at('x', 'B*t+b+h')), store(at('y', 'b')));
  expect(collapsed(kernel)).toBe('map b in 0..B {\n  y[b] = x[b]\n}');
});
