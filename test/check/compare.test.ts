import { describe, expect, it } from 'vitest';
import { elementName, relativeError, worstError } from '../../src/check/compare.js';

const tensor = (shape: readonly number[], ...data: number[]) => ({ shape, data: Float64Array.from(data) });

describe('relativeError', () => {
  it('is absolute below 1 and relative above', () => {
    expect(relativeError(0.75, 0.5)).toBe(0.25);
    expect(relativeError(150, 100)).toBe(0.5);
  });

  it('takes equal infinities for equal, and nothing for equal to NaN', () => {
    expect(relativeError(Infinity, Infinity)).toBe(0);
    expect(relativeError(-Infinity, Infinity)).toBe(Infinity);
    expect(relativeError(1, Infinity)).toBe(Infinity);
    expect(relativeError(NaN, NaN)).toBe(Infinity);
    expect(relativeError(NaN, 1)).toBe(Infinity);
  });
});

describe('worstError', () => {
  it('names the worst element', () => {
    const expected = new Map([['a', tensor([2], 1, 2)], ['W', tensor([2, 3], 0, 0, 0, 0, 0, 0)]]);
    const actual = new Map([['a', [1, 2.5]], ['W', [0, 0, 0, 0, 0.5, 0]]]);
    expect(worstError(expected, actual)).toEqual({ error: 0.5, at: 'W[1, 1]' });
  });

  it('counts a missing value as infinitely wrong', () => {
    expect(worstError(new Map([['a', tensor([], 1)]]), new Map())).toEqual({ error: Infinity, at: 'a' });
    expect(worstError(new Map([['a', tensor([2], 1, 2)]]), new Map([['a', [1]]]))).toEqual({ error: Infinity, at: 'a[1]' });
  });
});

describe('elementName', () => {
  it('counts in row-major order', () => {
    expect(elementName('x', [2, 3, 4], 23)).toBe('x[1, 2, 3]');
    expect(elementName('loss', [], 0)).toBe('loss');
  });
});
