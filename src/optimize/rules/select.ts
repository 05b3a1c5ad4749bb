import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { and } from '../../ops/and.js';
import { selectNode } from '../../ops/construct.js';
import { not } from '../../ops/not.js';
import { select } from '../../ops/select.js';
import { binary, constantNumber, sameDtype, unary } from './match.js';
import type { RewriteRule } from './rule.js';

/** Choices whose outcome is known, and truth values. */

export const selectByConstant: RewriteRule = {
  name: 'selectByConstant',
  flag: 'exact',
  reason: 'a condition that is constant takes one branch',
  apply(node) {
    const choice = choiceOf(node);
    const known = choice && constantNumber(choice.condition);
    if (choice === undefined || known === undefined) return undefined;
    return sameDtype(node, known === 0 ? choice.otherwise : choice.chosen);
  },
};

export const selectOfSame: RewriteRule = {
  name: 'selectOfSame',
  flag: 'exact',
  reason: 'both branches are the same value',
  apply(node) {
    const choice = choiceOf(node);
    return choice !== undefined && choice.chosen === choice.otherwise ? sameDtype(node, choice.chosen) : undefined;
  },
};

export const selectByNot: RewriteRule = {
  name: 'selectByNot',
  flag: 'exact',
  reason: 'not c ? a : b = c ? b : a',
  apply(node, builder) {
    const choice = choiceOf(node);
    const condition = choice && unary(choice.condition, not);
    return condition && selectNode(builder, condition, choice.otherwise, choice.chosen);
  },
};

export const selectOfSelect: RewriteRule = {
  name: 'selectOfSelect',
  flag: 'exact',
  reason: 'within a branch the condition is known: c ? (c ? a : b) : d = c ? a : d',
  apply(node, builder) {
    const choice = choiceOf(node);
    if (choice === undefined) return undefined;
    const { condition, chosen, otherwise } = choice;
    const first = choiceOf(chosen);
    if (first?.condition === condition) return selectNode(builder, condition, first.chosen, otherwise);
    const second = choiceOf(otherwise);
    if (second?.condition === condition) return selectNode(builder, condition, chosen, second.otherwise);
    return undefined;
  },
};

export const doubleNot: RewriteRule = {
  name: 'doubleNot',
  flag: 'exact',
  reason: 'not (not c) = c',
  apply(node) {
    const operand = unary(node, not);
    return operand && unary(operand, not);
  },
};

export const andOfKnown: RewriteRule = {
  name: 'andOfKnown',
  flag: 'exact',
  reason: 'c and true = c, c and false = false, c and c = c',
  apply(node) {
    const [x, y] = binary(node, and) ?? [];
    if (x === undefined || y === undefined) return undefined;
    if (x === y) return x;
    const left = constantNumber(x);
    const right = constantNumber(y);
    if (left !== undefined) return left === 0 ? x : y;
    if (right !== undefined) return right === 0 ? y : x;
    return undefined;
  },
};

function choiceOf(node: Node): { condition: Node; chosen: Node; otherwise: Node } | undefined {
  const [condition, chosen, otherwise] = node.operands;
  if (!isNode(node, select) || condition === undefined || chosen === undefined || otherwise === undefined) return undefined;
  return { condition, chosen, otherwise };
}
