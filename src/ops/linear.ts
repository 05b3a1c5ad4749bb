import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { resultOf, zero } from './construct.js';
import type { Op } from './op.js';

export interface LinearDefinition<A> extends Omit<Op<A>, 'family' | 'vjp' | 'jvp'> {
  readonly family?: 'linear' | 'structural';
  /** The operands in which the op is linear; the others are indices. All of them unless stated. */
  readonly linearIn?: readonly number[];
  /**
   * The transpose: cotangents of the operands from those of the results.
   * An absent result cotangent is absent, never zero.
   */
  readonly transpose: (
    builder: GraphBuilder,
    node: Node<A>,
    cotangents: readonly (Node | undefined)[],
    wants: (slot: number) => boolean,
  ) => readonly (Node | undefined)[];
}

/** An op that is linear in its real operands: its forward derivative is itself, its reverse derivative its transpose. */
export function linear<A>(definition: LinearDefinition<A>): Op<A> {
  const { transpose, linearIn, ...rest } = definition;
  return {
    ...rest,
    family: definition.family ?? 'structural',
    vjp({ builder, node, cotangents, wants }) {
      return transpose(builder, node as Node<A>, cotangents, wants);
    },
    jvp({ builder, node, tangents }, attributes) {
      const slots = linearIn ?? node.operands.map((_, slot) => slot);
      if (slots.every((slot) => tangents[slot] === undefined)) return [];
      const operands = node.operands.map((operand, slot) =>
        slots.includes(slot) ? (tangents[slot] ?? zero(builder, operand)) : operand,
      );
      const tangent = builder.node(this, operands, attributes);
      return node.results.map((_, index) => resultOf(builder, tangent, index));
    },
  };
}
