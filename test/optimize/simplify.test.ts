import { describe, expect, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import { isNode } from '../../src/graph/node.js';
import type { RewriteRule } from '../../src/optimize/rules/index.js';
import { simplify } from '../../src/optimize/simplify.js';
import { negate } from '../../src/ops/construct.js';
import { registry } from '../../src/ops/registry.js';
import { cellsOf, gradientGraph } from './cell-graphs.js';
import { expectEquivalent } from './equivalence.js';
import { addLoop } from './loop-sketch.js';
import { loopsOf, nodesOf } from './loops.js';
import { Sketch } from './rules/sketch.js';

const { add, broadcast, concat, einsum, mul, neg, reduceSum, split, sub, tanh, transpose } = registry;

test('rewrites what a rule has made, until no rule has anything to say', () => {
  const g = new Sketch();
  // -(0 - x) · 1 + 0 → -(-x) → x
  const node = g.apply(add, g.apply(mul, g.apply(neg, g.apply(sub, g.fill(0), g.x())), g.fill(1)), g.fill(0));
  const fired: string[] = [];
  const result = simplify(g.finish(node), { onRewrite: (rule) => fired.push(rule.name) });
  expect(result.output('out0')).toBe(result.input('x'));
  expect(fired.length).toBeGreaterThanOrEqual(4);
});

test('does the work of repeated values once, on the small value, and leaves a broadcast summand alone', () => {
  const g = new Sketch();
  const bias = g.repeat(g.apply(tanh, g.y('H')), 'B H', [1]);
  const graph = g.finish(g.apply(add, g.einsum('oi,bi->bo', g.x('H I'), g.z('B I')), g.apply(mul, bias, bias)));
  const result = simplify(graph);
  expectEquivalent(result, graph);
  const sum = result.output('out0');
  expect(sum.operands.map(({ op }) => op.name)).toEqual(['einsum', 'broadcast']);
  expect(nodesOf(result, mul).map(({ type }) => type.shape.length)).toEqual([1]);
});

test('sums a part of a join that stays, instead of doing its work again', () => {
  const g = new Sketch();
  const joined = g.with(concat, { axis: 1 }, g.einsum('bvk,bk->bv', g.x('B H K'), g.y('B K')), g.z('B H'));
  const sum = g.with(reduceSum, { axes: [0] }, joined);
  const kept = g.finish(sum, joined);
  const simplified = simplify(g.finish(sum, g.apply(neg, joined)));
  expect(nodesOf(simplified, einsum).map(({ attributes }) => attributes.out)).toEqual(['bv']);
  const alone = simplify(g.finish(sum));
  expect(nodesOf(alone, einsum).map(({ attributes }) => attributes.out)).toEqual(['v']);
  for (const [result, graph] of [[simplify(kept), kept], [alone, g.finish(sum)]] as const) expectEquivalent(result, graph);
});

test('rewrites the bodies of loops, and keeps a body that two loops share one', () => {
  const g = new Sketch();
  const loop = addLoop(g, { carries: { s: g.x('H') }, body: (step, at) => ({ next: { s: step.apply(tanh, step.apply(add, at('s'), step.fill(0, 'H'))) } }) });
  const [{ node } = { node: g.x('H') }] = loopsOf(g.finish(loop.final('s')));
  const again = g.builder.node(registry.result, [g.builder.node(node.op, [g.y('H')], node.attributes)], { index: 0 });
  const result = simplify(g.finish(loop.final('s'), again));
  const [first, second] = loopsOf(result);
  expect(first?.parts.body.nodes.map(({ op }) => op.name)).toEqual(['input', 'tanh']);
  expect(second?.parts.body).toBe(first?.parts.body);
});

test('keeps names', () => {
  const g = new Sketch();
  const gate = g.apply(add, g.apply(tanh, g.x()), g.fill(0));
  g.builder.name(gate, 'gate');
  const result = simplify(g.finish(gate));
  expect(result.nameOf(result.output('out0'))).toBe('gate');
});

describe('refuses rules that', () => {
  const rule = (name: string, apply: RewriteRule['apply']): RewriteRule => ({ name, flag: 'exact', reason: 'a test', apply });

  test('undo each other, and names them', () => {
    const there = rule('there', (node, builder) => (isNode(node, tanh) ? negate(builder, node.operands[0] ?? node) : undefined));
    const back = rule('back', (node, builder) => (isNode(node, neg) ? builder.node(tanh, node.operands, {}) : undefined));
    const g = new Sketch();
    const graph = g.finish(g.apply(tanh, g.x()));
    expect(() => simplify(graph, { rules: [there, back] })).toThrow(/does not end; the rules (there, back|back, there) undo/);
  });

  test('change the type of a node', () => {
    const scalar = rule('scalar', (node, builder) => (isNode(node, tanh) ? builder.node(registry.reduceSum, node.operands, { axes: [0] }) : undefined));
    const g = new Sketch();
    expect(() => simplify(g.finish(g.apply(tanh, g.x())), { rules: [scalar] })).toThrow(/'scalar' changes the type/);
  });
});

describe.each(cellsOf(library))('%s', (_, cell) => {
  test('nothing is left to do in the gradient', () => {
    const simple = simplify(gradientGraph(cell));
    const fired: string[] = [];
    simplify(simple, { onRewrite: ({ name }) => fired.push(name) });
    expect(fired).toEqual([]);
    const left = (node: { readonly operands: readonly { readonly op: { readonly name: string } }[] }): string => node.operands.map(({ op }) => op.name).join();
    expect(nodesOf(simple, split).map(left)).not.toContain('concat');
    expect(nodesOf(simple, concat).map(left)).not.toContain('split');
    expect(nodesOf(simple, broadcast).map(left)).not.toContain('broadcast');
    expect(nodesOf(simple, transpose).map(left)).not.toContain('transpose');
  });
});
