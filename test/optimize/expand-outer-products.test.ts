import { expect, test } from 'vitest';
import { mlstm } from '../../src/cells/mlstm.js';
import { verify } from '../../src/graph/verify.js';
import { einsum } from '../../src/ops/einsum.js';
import { expandOuterProducts } from '../../src/optimize/expand-outer-products.js';
import { forwardGraph } from './cell-graphs.js';
import { expectEquivalent } from './equivalence.js';
import { nodesOf } from './loops.js';
import { Sketch } from './rules/sketch.js';

test('a product without a sum is elementwise, whatever the order of its axes', () => {
  for (const [notation, left, right] of [['bi,bj->bij', 'B I', 'B J'], ['bj,ib->jib', 'B J', 'I B'], ['ab,cd->dbca', 'A B', 'C D'], ['a,->a', 'A', ''], [',->', '', '']] as const) {
    const g = new Sketch();
    const graph = g.finish(g.einsum(notation, g.x(left), g.y(right)));
    const result = expandOuterProducts(graph);
    verify(result);
    expectEquivalent(result, graph);
    expect(nodesOf(result, einsum), notation).toEqual([]);
  }
});

test('a product with a sum stays', () => {
  const g = new Sketch();
  const graph = g.finish(g.einsum('oi,bi->bo', g.x('O I'), g.y('B I')));
  expect(nodesOf(expandOuterProducts(graph), einsum)).toHaveLength(1);
});

test('inside of loops: the matrix memory has no einsum of rank 3 left', () => {
  const ofRank3 = (graph: ReturnType<typeof forwardGraph>): number => nodesOf(graph, einsum).filter(({ type }) => type.shape.length === 3).length;
  expect(ofRank3(forwardGraph(mlstm))).toBe(1);
  expect(ofRank3(expandOuterProducts(forwardGraph(mlstm)))).toBe(0);
});
