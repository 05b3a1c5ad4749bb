import { expect, it } from 'vitest';
import { heapGrowth } from '../../bench/heap-growth.js';

it('a call that keeps to what it has leaves nothing', () => {
  const values = new Uint8Array(64);
  expect(heapGrowth(() => values.fill(3))).toBe(0);
});

it('garbage counts as well as what is kept', () => {
  const hundred = Array.from({ length: 100 }, () => 0.5);
  let last: number[] = [];
  const growth = heapGrowth(() => (last = hundred.slice()));
  expect(last).toHaveLength(100);
  // 100 numbers of 8 bytes, and what an array has besides.
  expect(growth).toBeGreaterThanOrEqual(800);
  expect(growth).toBeLessThan(1000);
});
