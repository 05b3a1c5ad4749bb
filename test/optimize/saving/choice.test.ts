import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNode } from '../../../src/graph/node.js';
import type { Node } from '../../../src/graph/node.js';
import { input } from '../../../src/ops/input.js';
import { registry } from '../../../src/ops/registry.js';
import { cheapestChoice } from '../../../src/optimize/saving/choice.js';
import type { Choice } from '../../../src/optimize/saving/choice.js';
import { Sketch } from '../rules/sketch.js';

const { add, floor, greater, mul, neg, select, tanh } = registry;

const names = (g: Sketch, nodes: ReadonlySet<Node>): string[] => [...nodes].flatMap((node) => (isNode(node, input) ? node.attributes.name : (g.builder.nameOf(node) ?? node.op.name))).sort();

/** What a choice costs; infinite where it lacks something. Written down from what the choice is for, as a walk from what is wanted. */
function priceOfChoice(wanted: readonly Node[], again: ReadonlySet<Node>, reading: (node: Node) => number, computing: (node: Node) => number): number {
  const done = new Set<Node>();
  const price = (node: Node): number => {
    if (done.has(node)) return 0;
    done.add(node);
    return again.has(node) ? node.operands.reduce((sum, operand) => sum + price(operand), computing(node)) : reading(node);
  };
  return wanted.reduce((sum, node) => sum + price(node), 0);
}

describe('the cheapest choice', () => {
  test('is as cheap as the cheapest of all, whatever the prices are', () => {
    const step = fc.record({
      operands: fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { minLength: 2, maxLength: 7 }),
      prices: fc.array(fc.tuple(fc.nat(9), fc.oneof({ weight: 4, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constant(Infinity) })), { minLength: 10, maxLength: 10 }),
      wanted: fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(step, ({ operands, prices, wanted: drawn }) => {
        const g = new Sketch();
        const all: Node[] = [g.x(), g.y()];
        for (const [left, right] of operands) all.push(g.apply(add, all[left % all.length] ?? g.x(), all[right % all.length] ?? g.x()));
        const values = [...new Set(all)];
        const made = values.slice(2);
        const at = (node: Node) => prices[values.indexOf(node) % prices.length];
        const reading = (node: Node): number => at(node)?.[0] ?? 0;
        const computing = (node: Node): number => (isNode(node, input) ? Infinity : (at(node)?.[1] ?? 0));
        const wanted = [...new Set(drawn.map((k) => made[k % made.length] ?? g.x()))];
        const graph = g.finish(...wanted);
        const choice = cheapestChoice(graph, new Set(wanted), { reading, computing });
        const subsets = Array.from({ length: 2 ** made.length }, (_, mask) => new Set(made.filter((__, k) => (mask >> k) % 2 === 1)));
        const best = Math.min(...subsets.map((again) => priceOfChoice(wanted, again, reading, computing)));
        expect(priceOfChoice(wanted, choice.again, reading, computing)).toBe(best);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  /** Saving costs 10, inputs 1, each op 1. */
  const cheap = (g: Sketch, ...wanted: readonly Node[]): Choice =>
    cheapestChoice(g.finish(...wanted), new Set(wanted), { reading: (node) => (isNode(node, input) ? 1 : 10), computing: (node) => (isNode(node, input) || node.op === tanh ? Infinity : 1) });

  test('saves what two cheap values are made of', () => {
    const g = new Sketch();
    const saved = g.builder.name(g.apply(tanh, g.x()), 'saved');
    const choice = cheap(g, g.apply(neg, saved), g.apply(mul, saved, g.y()));
    expect(names(g, choice.read)).toEqual(['saved', 'y']);
    expect(names(g, choice.again)).toEqual(['mul', 'neg']);
  });

  test('does an op that jumps again from inputs, never from saved reals', () => {
    const g = new Sketch();
    const saved = g.builder.name(g.apply(tanh, g.x()), 'saved');
    const smooth = g.apply(neg, saved);
    expect(names(g, cheap(g, saved, smooth, g.apply(floor, smooth)).again)).toEqual(['neg']);
    const inexact = cheap(g, saved, g.apply(select, g.apply(greater, saved, g.y()), g.x(), g.y()));
    expect(names(g, inexact.again)).toEqual([]);
    const exact = cheap(g, g.apply(select, g.apply(greater, g.apply(neg, g.x()), g.y()), saved, g.y()));
    expect(names(g, exact.read)).toEqual(['select']);
    const cheaper = cheap(g, saved, g.apply(select, g.apply(greater, g.apply(neg, g.x()), g.y()), saved, g.y()));
    expect(names(g, cheaper.read)).toEqual(['saved', 'x', 'y']);
    expect(names(g, cheaper.again)).toEqual(['greater', 'neg', 'select']);
  });

  test('reads the truth value of saved reals itself', () => {
    const g = new Sketch();
    const saved = g.builder.name(g.apply(tanh, g.x()), 'saved');
    const truth = g.builder.name(g.apply(greater, saved, g.y()), 'truth');
    const choice = cheap(g, truth, g.apply(select, truth, g.x(), g.y()));
    expect(names(g, choice.read)).toEqual(['truth', 'x', 'y']);
    expect(names(g, choice.again)).toEqual(['select']);
  });
});
