import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { isGreater, quotient, product, scalarConstant, selectNode, total } from '../../src/ops/construct.js';
import { exp } from '../../src/ops/exp.js';
import { expm1 } from '../../src/ops/expm1.js';
import { log } from '../../src/ops/log.js';
import { log1p } from '../../src/ops/log1p.js';
import { none } from '../../src/ops/op.js';
import type { None, Op } from '../../src/ops/op.js';
import { pow } from '../../src/ops/pow.js';
import { reciprocal } from '../../src/ops/reciprocal.js';
import { sqrt } from '../../src/ops/sqrt.js';
import { square } from '../../src/ops/square.js';
import { tanh } from '../../src/ops/tanh.js';
import { curvaturesAt, slopesAt, tangentsAt, valueAt } from '../support/scalar-derivatives.js';

type Branch = (builder: GraphBuilder, a: Node) => Node;
const unary = (op: Op<None>): Branch => (builder, a) => builder.node(op, [a], none);
const constant = (value: number): Branch => (builder) => scalarConstant(builder, value);

/** Branches that are infinite or NaN at a point, or whose slope is, though never taken there. */
const branches: Record<string, { at: readonly number[]; branch: Branch }> = {
  'ln a': { at: [0, -1], branch: unary(log) },
  'a ln a': { at: [0, -1], branch: (b, a) => product(b, a, unary(log)(b, a)) },
  '√a': { at: [0, -1], branch: unary(sqrt) },
  '1 / a': { at: [0], branch: unary(reciprocal) },
  'a / a': { at: [0], branch: (b, a) => quotient(b, a, a) },
  'e^a': { at: [1000], branch: unary(exp) },
  'e^(e^a)': { at: [1000, 10], branch: (b, a) => unary(exp)(b, unary(exp)(b, a)) },
  'a e^a': { at: [1000], branch: (b, a) => product(b, a, unary(exp)(b, a)) },
  '(e^a)²': { at: [1000], branch: (b, a) => unary(square)(b, unary(exp)(b, a)) },
  'expm1 a': { at: [1000], branch: unary(expm1) },
  'log1p a': { at: [-1, -2], branch: unary(log1p) },
  'a^-1': { at: [0], branch: (b, a) => b.node(pow, [a, constant(-1)(b, a)], none) },
  'a^a': { at: [0, -0.5], branch: (b, a) => b.node(pow, [a, a], none) },
  'a^½': { at: [0, -1], branch: (b, a) => b.node(pow, [a, constant(0.5)(b, a)], none) },
  'ln √a': { at: [0, -1], branch: (b, a) => unary(log)(b, unary(sqrt)(b, a)) },
  '√ln a': { at: [0, -1], branch: (b, a) => unary(sqrt)(b, unary(log)(b, a)) },
  '1 / √a': { at: [0, -1], branch: (b, a) => quotient(b, constant(1)(b, a), unary(sqrt)(b, a)) },
  'a tanh ln a': { at: [0, -1], branch: (b, a) => product(b, a, unary(tanh)(b, unary(log)(b, a))) },
  '(a + ln a) / a': { at: [0, -1], branch: (b, a) => quotient(b, total(b, a, unary(log)(b, a)), a) },
};

const points = Object.entries(branches).flatMap(([name, { at, branch }]) => at.map((a) => ({ name, a, branch })));

describe.each(points)('$name, not taken at $a', ({ a, branch }) => {
  /** `a > t ? branch(a) : a³`, with t chosen so that the second is taken; and the other way about. */
  const guarded = [
    (b: GraphBuilder, x: Node): Node => {
      const cube = product(b, x, product(b, x, x));
      return selectNode(b, isGreater(b, x, scalarConstant(b, a + 1)), branch(b, x), cube);
    },
    (b: GraphBuilder, x: Node): Node => {
      const cube = product(b, x, product(b, x, x));
      return selectNode(b, isGreater(b, x, scalarConstant(b, a - 1)), cube, branch(b, x));
    },
  ];

  it('leaves the derivatives of the branch taken as they are, at orders 1 and 2', () => {
    for (const each of guarded) {
      const expression = (b: GraphBuilder, ...[x]: readonly Node[]) => {
        if (x === undefined) throw new Error('no operand');
        return each(b, x);
      };
      expect(valueAt(expression, [a])).toBe(a ** 3);
      expect(slopesAt(expression, [a])[0]).toBeCloseTo(3 * a ** 2, 10);
      expect(tangentsAt(expression, [a])[0]).toBeCloseTo(3 * a ** 2, 10);
      const { reverse, forward } = curvaturesAt(expression, [a]);
      expect(reverse[0]).toBeCloseTo(6 * a, 10);
      expect(forward[0]).toBeCloseTo(6 * a, 10);
    }
  });
});
