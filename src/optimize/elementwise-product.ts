import type { GraphBuilder } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { broadcastTo, product } from '../ops/construct.js';
import type { EinsumLetters } from '../ops/op.js';
import { transpose } from '../ops/transpose.js';

/** What an `einsum` computes, as a product of operands repeated along the axes that they lack; undefined where something is summed. */
export function elementwiseProduct(builder: GraphBuilder, [x, y]: readonly Node[], { left, right, out }: EinsumLetters): Node | undefined {
  if (x === undefined || y === undefined || Array.from(left + right).some((letter) => !out.includes(letter))) return undefined;
  const shape = Array.from(out).flatMap((letter) => x.type.shape[left.indexOf(letter)] ?? y.type.shape[right.indexOf(letter)] ?? []);
  const align = (value: Node, letters: string): Node => {
    const places = Array.from(letters).map((letter) => out.indexOf(letter));
    const permutation = places.map((_, k) => k).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
    const ordered = builder.node(transpose, [value], { permutation });
    return broadcastTo(builder, ordered, shape, [...places].sort((a, b) => a - b));
  };
  return product(builder, align(x, left), align(y, right));
}
