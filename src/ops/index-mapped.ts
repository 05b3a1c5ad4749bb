import { Dim } from '../graph/dim.js';
import type { ValueType } from '../graph/node.js';
import type { Op, Read } from './op.js';
import { elementCount, forEachIndex, offsetOf, rowMajorStrides } from './strides.js';

type ReadRule<A> = (output: readonly Dim[], attributes: A, operand: ValueType, type: ValueType) => Read;

/** Stands for the n-th index of the result while an index map is evaluated with numbers. */
const indexSymbol = (axis: number): string => `@${String(axis)}`;

/**
 * The evaluator and lowering of an op whose result is its operand read at a mapped index. The interpreter runs the same
 * map as the targets do, but through numbers.
 */
export function indexMapped<A>(
  types: (operand: ValueType, attributes: A) => ValueType,
  read: ReadRule<A>,
): Pick<Op<A>, 'evaluate' | 'lowering'> {
  return {
    evaluate([tensor], attributes, [shape], { sizes }) {
      if (tensor === undefined || shape === undefined) return [];
      const symbols = shape.map((_, axis) => Dim.symbol(indexSymbol(axis)));
      const operandType: ValueType = { dtype: 'real', shape: tensor.shape.map((size) => Dim.constant(size)) };
      const map = read(symbols, attributes, operandType, { dtype: 'real', shape: shape.map((size) => Dim.constant(size)) });
      const position = affine(map.index, shape.length, rowMajorStrides(tensor.shape), sizes);
      const guards = map.guards.map((guard) => ({
        index: affine([guard.index], shape.length, [1], sizes),
        size: guard.size.evaluate(sizes),
      }));
      const out = new Float64Array(elementCount(shape));
      forEachIndex(shape, (index, at) => {
        for (const guard of guards) {
          const value = guard.index.base + offsetOf(index, guard.index.strides);
          if (value < 0 || value >= guard.size) return;
        }
        out[at] = tensor.data[position.base + offsetOf(index, position.strides)] ?? NaN;
      });
      return [out];
    },
    lowering: { kind: 'read', read },
  };
}

/** Turns index expressions, which are affine in the result's indices, into a base and a stride for each of them. */
function affine(
  index: readonly Dim[],
  rank: number,
  strides: readonly number[],
  sizes: Readonly<Record<string, number>>,
): { base: number; strides: number[] } {
  const at = (axis: number): number => {
    const bindings: Record<string, number> = { ...sizes };
    for (let k = 0; k < rank; k++) bindings[indexSymbol(k)] = k === axis ? 1 : 0;
    return index.reduce((total, dim, k) => total + dim.evaluate(bindings) * (strides[k] ?? 0), 0);
  };
  const base = at(-1);
  return { base, strides: Array.from({ length: rank }, (_, axis) => at(axis) - base) };
}
