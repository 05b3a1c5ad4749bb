import { clip } from './clip.js';
import { scalarLike } from './construct.js';
import { Binding, none, ShapeError } from './op.js';
import type { Op } from './op.js';

export interface ClipCotangentAttributes {
  /** The largest absolute value that a cotangent keeps; positive. */
  readonly bound: number;
}

/**
 * The identity, whose cotangent is clipped to ±bound on the way back: clipping per step inside a recurrence, as Graves
 * does for handwriting. Its forward derivative stays the identity; it is not the derivative of any function.
 */
export const clipCotangent: Op<ClipCotangentAttributes> = {
  name: 'clipCotangent',
  family: 'special',
  resultTypes([type], { bound }) {
    if (type?.dtype !== 'real') throw new ShapeError(`'clipCotangent' takes one real operand`);
    if (!(bound > 0)) throw new ShapeError(`'clipCotangent' needs a positive bound, not ${String(bound)}`);
    return [type];
  },
  evaluate: ([tensor]) => (tensor === undefined ? [] : [tensor.data.slice()]),
  vjp({ builder, cotangents: [cotangent] }, { bound }) {
    if (cotangent === undefined) return [];
    const bounds = [-bound, bound].map((value) => scalarLike(builder, value, cotangent));
    return [builder.node(clip, [cotangent, ...bounds], none)];
  },
  jvp: ({ tangents: [tangent] }) => [tangent],
  batch({ builder }, [operand], attributes) {
    return operand === undefined ? [] : [{ node: builder.node(clipCotangent, [operand.node], attributes), axis: operand.axis }];
  },
  lowering: { kind: 'scalar', code: { typescript: ([a]) => a ?? '', wasm: ([a]) => a ?? '' } },
  text: ([a], { bound }) => `clipCotangent(${String(a)}, ${String(bound)})`,
  tex: ([a]) => a ?? '',
  binding: Binding.atom,
};
