import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.js';
import type { Node } from '../../../src/graph/node.js';
import * as einsum from '../../../src/optimize/rules/einsum.js';
import { rules, rulesFor } from '../../../src/optimize/rules/index.js';
import type { RewriteRule, RuleName } from '../../../src/optimize/rules/index.js';
import * as reductions from '../../../src/optimize/rules/reductions.js';
import { neg } from '../../../src/ops/neg.js';
import { simplify } from '../../../src/optimize/simplify.js';
import { expectEquivalent, special, uniform } from '../equivalence.js';
import { counterexamples, examples } from './examples.js';
import type { Example } from './examples.js';
import { Sketch } from './sketch.js';

function graphOf(make: (g: Sketch) => Node): Graph {
  const sketch = new Sketch();
  return sketch.finish(make(sketch));
}

/** The graph after one rule, and whether it fired. */
function rewrite(graph: Graph, rule: RewriteRule): { graph: Graph; fired: boolean } {
  let fired = false;
  const rewritten = simplify(graph, { rules: [rule], onRewrite: () => (fired = true) });
  return { graph: rewritten, fired };
}

const reassociating = new Set<string>([...Object.keys(reductions), ...Object.keys(einsum)]);

describe.each(Object.entries<RewriteRule>(rules))('%s', (name, rule) => {
  const own: readonly Example[] = examples[name as RuleName];

  test.each(own)('makes a %s of example %#', (to, from) => {
    const { graph, fired } = rewrite(graphOf(from), rule);
    expect(fired).toBe(true);
    expect(graph.output('out0').op.name).toBe(to);
  });

  test.each(own)('keeps the values (to %s, example %#)', (_, from) => {
    const graph = graphOf(from);
    const { graph: rewritten } = rewrite(graph, rule);
    const tolerance = rule.flag === 'exact' ? 1e-13 : 1e-12;
    for (let seed = 1; seed <= 5; seed++) expectEquivalent(rewritten, graph, { draw: uniform(seed), tolerance });
    if (rule.flag === 'fast') return;
    const nonFinite = reassociating.has(name) ? 'alike' : 'equal';
    for (let seed = 1; seed <= 20; seed++) expectEquivalent(rewritten, graph, { draw: special(seed), nonFinite });
  });

  test('has its key as its name, and a reason', () => {
    expect(rule.name).toBe(name);
    expect(rule.reason).not.toBe('');
  });
});

describe.each(Object.entries<readonly ((g: Sketch) => Node)[]>(counterexamples))('%s', (name, from) => {
  test.each(from)('keeps quiet on counterexample %#', (make) => {
    expect(rewrite(graphOf(make), rules[name as RuleName]).fired).toBe(false);
  });
});

test('the exact rules are among the fast ones', () => {
  expect(rulesFor('fast')).toEqual(expect.arrayContaining([...rulesFor('exact')]));
  expect(rulesFor('exact').some((rule) => rule.flag === 'fast')).toBe(false);
});

test.each(['sumOfSum', 'sumOfEinsum', 'transposeOfEinsum', 'concatOfConcat'] as const)('%s spares an operand with other users', (name) => {
  const sketch = new Sketch();
  const [[, from]] = examples[name];
  const node = from(sketch);
  const outputs = [node, ...node.operands.map((operand) => sketch.apply(neg, operand))];
  expect(rewrite(sketch.finish(...outputs), rules[name]).fired).toBe(false);
});
