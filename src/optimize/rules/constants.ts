import { Dim } from '../../graph/dim.js';
import { isNode } from '../../graph/node.js';
import { concat } from '../../ops/concat.js';
import { pad } from '../../ops/pad.js';
import { constantNumber, constantOf, repeatedConstant } from './match.js';
import type { RewriteRule } from './rule.js';

/** What is known when the module is built. */

export const foldConstants: RewriteRule = {
  name: 'foldConstants',
  flag: 'exact',
  reason: 'an elementwise op on constants is a constant; its own definition in float64 gives the value',
  apply(node, builder) {
    if (node.op.family !== 'elementwise') return undefined;
    const tensors = [];
    for (const operand of node.operands) {
      const value = constantNumber(operand);
      if (value === undefined) return undefined;
      tensors.push({ shape: [], data: Float64Array.of(value) });
    }
    const context = {
      sizes: {},
      evaluateGraph: () => {
        throw new Error(`'${node.op.name}' is elementwise and has no body`);
      },
    };
    const value = node.op.evaluate(tensors, node.attributes, [[]], context)[0]?.[0];
    return value === undefined ? undefined : constantOf(builder, value, node.type);
  },
};

export const concatOfConstant: RewriteRule = {
  name: 'concatOfConstant',
  flag: 'exact',
  reason: 'copies of one scalar side by side are copies of one scalar',
  apply(node, builder) {
    if (!isNode(node, concat)) return undefined;
    const [first, ...rest] = node.operands.map(repeatedConstant);
    const key = (value: number | Dim | undefined): unknown => (value instanceof Dim ? value.key : value);
    if (first === undefined || !rest.every((value) => typeof value === typeof first && Object.is(key(value), key(first)))) return undefined;
    return constantOf(builder, first, node.type);
  },
};

export const padOfZero: RewriteRule = {
  name: 'padOfZero',
  flag: 'exact',
  reason: 'zeros around zeros are zeros',
  apply(node, builder) {
    const [operand] = node.operands;
    if (!isNode(node, pad) || operand === undefined || constantNumber(operand) !== 0) return undefined;
    return constantOf(builder, 0, node.type);
  },
};
