import { expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import { leastValue } from '../../src/graph/least-value.js';
import { Random } from '../support/random.js';

it.each([
  ['5', 5],
  ['-3', -3],
  ['T', 1],
  ['T-1', 0],
  ['T-2', -1],
  ['4H+2', 6],
  ['T*B*I-B*I', 0],
  ['T*L-T-L+1', 0],
  ['ceil(T/3)', 1],
  ['ceil((T-2)/3)', 0],
  ['2ceil((T-8)/3)+1', -3],
  ['H*ceil((L-1)/2)', 0],
  ['L-K', -Infinity],
  ['5-T', -Infinity],
  ['ceil((L-K)/2)', -Infinity],
])('%s is at least %d', (source, expected) => {
  expect(leastValue(Dim.from(source)) === expected).toBe(true);
});

it('no value lies below it', () => {
  const random = new Random(1);
  const symbol = (): Dim => Dim.symbol(random.pick(['T', 'L', 'K']));
  const factor = (): Dim => (random.chance(0.7) ? symbol() : Dim.ceilDiv(symbol().times(random.integer(1, 3)).plus(random.integer(-4, 4)), random.integer(2, 4)));
  let bounded = 0;
  for (let n = 0; n < 500; n++) {
    const terms = Array.from({ length: random.integer(1, 3) }, () => Dim.product(Array.from({ length: random.integer(0, 2) }, factor)).times(random.integer(-1, 4)));
    const dim = Dim.sum(terms).plus(random.integer(-3, 3));
    const least = leastValue(dim);
    if (least === -Infinity) continue;
    bounded++;
    for (let T = 1; T <= 4; T++) for (let L = 1; L <= 4; L++) for (let K = 1; K <= 4; K++) expect(dim.evaluate({ T, L, K }), dim.key).toBeGreaterThanOrEqual(least);
  }
  expect(bounded).toBeGreaterThan(100);
});
