import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CutNetwork } from '../../../src/optimize/saving/minimum-cut.js';

type Edges = readonly (readonly [from: number, to: number, capacity: number])[];

function sideOfSource(nodes: number, edges: Edges): Set<number> {
  const network = new CutNetwork();
  for (let k = 0; k < nodes; k++) network.node();
  for (const edge of edges) network.edge(...edge);
  return new Set(network.sideOfSource(0, nodes - 1));
}

const priceOf = (side: ReadonlySet<number>, edges: Edges): number =>
  edges.reduce((sum, [from, to, capacity]) => sum + (side.has(from) && !side.has(to) ? capacity : 0), 0);

/** All sides that have the source and not the sink. */
function allSides(nodes: number): Set<number>[] {
  const inner = nodes - 2;
  return Array.from({ length: 2 ** inner }, (_, mask) => new Set([0, ...Array.from({ length: inner }, (__, k) => k + 1).filter((node) => (mask >> (node - 1)) % 2 === 1)]));
}

describe('the side of the source', () => {
  test('is that of the cheapest cut, and the smallest of several', () => {
    const nodes = 6;
    const edge = fc.tuple(fc.nat(nodes - 2), fc.nat(nodes - 2), fc.oneof(fc.nat(5), fc.constant(Infinity))).map(([from, to, capacity]) => [from, to + 1, capacity] as const);
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 14 }), (drawn) => {
        const edges = drawn.filter(([from, to, capacity]) => from !== to && !(from === 0 && to === nodes - 1 && capacity === Infinity));
        const sides = allSides(nodes);
        const best = Math.min(...sides.map((side) => priceOf(side, edges)));
        fc.pre(best < Infinity);
        const found = sideOfSource(nodes, edges);
        expect(priceOf(found, edges)).toBe(best);
        for (const side of sides) if (priceOf(side, edges) === best) for (const node of found) expect(side.has(node)).toBe(true);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  test('takes back what flows along the shortest path where others need its edges', () => {
    const chain = (...nodes: readonly number[]): Edges => nodes.slice(1).map((to, k) => [nodes[k] ?? 0, to, 1] as const);
    expect(sideOfSource(8, [...chain(0, 1, 2, 7), ...chain(1, 3, 4, 7), ...chain(0, 5, 6, 2)])).toEqual(new Set([0]));
  });

  test('does not exist where no cut is finite', () => {
    expect(() => sideOfSource(3, [[0, 1, Infinity], [1, 2, Infinity]])).toThrow('no cut of finite capacity');
  });
});
