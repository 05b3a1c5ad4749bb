import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { indexMapped } from './index-mapped.js';
import { linear } from './linear.js';
import { Binding, ShapeError } from './op.js';
import type { Op } from './op.js';

export interface TransposeAttributes {
  /** Axis k of the result is axis `permutation[k]` of the operand. */
  readonly permutation: readonly number[];
}

/** Reorders the axes. Its transpose is the inverse reordering. */
export const transpose: Op<TransposeAttributes> = linear<TransposeAttributes>({
  name: 'transpose',
  resultTypes([type], { permutation }) {
    if (type === undefined) throw new ShapeError(`'transpose' takes one operand`);
    const complete = [...permutation].sort((a, b) => a - b).every((axis, k) => axis === k);
    if (!complete || permutation.length !== type.shape.length) {
      throw new ShapeError(
        `'transpose' needs each of the ${String(type.shape.length)} axes once, not [${permutation.join(', ')}]`,
      );
    }
    return [{ dtype: type.dtype, shape: permutation.flatMap((axis) => type.shape[axis] ?? []) }];
  },
  ...indexMapped<TransposeAttributes>(
    (operand, { permutation }) => ({ dtype: operand.dtype, shape: permutation.flatMap((axis) => operand.shape[axis] ?? []) }),
    (output, { permutation }) => ({ index: inverse(permutation).flatMap((axis) => output[axis] ?? []), guards: [] }),
  ),
  transpose(builder, { attributes: { permutation } }, [cotangent]) {
    if (cotangent === undefined) return [];
    return [builder.node(transpose, [cotangent], { permutation: inverse(permutation) })];
  },
  batch({ builder }, [operand], { permutation }) {
    if (operand?.axis === undefined) throw new Error('transpose: no batch axis');
    const first = moveAxis(builder, operand.node, operand.axis, 0);
    const node = builder.node(transpose, [first], { permutation: [0, ...permutation.map((axis) => axis + 1)] });
    return [{ node, axis: 0 }];
  },
  text: ([a]) => `${String(a)}ᵀ`,
  tex: ([a]) => `${String(a)}^\\top`,
  binding: Binding.atom,
});

function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

/** Moves one axis to another place; the others keep their order. */
export function moveAxis(builder: GraphBuilder, node: Node, from: number, to: number): Node {
  if (from === to) return node;
  const permutation = node.type.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  permutation.splice(to, 0, from);
  return builder.node(transpose, [node], { permutation });
}
