import type { GraphBuilder } from '../../graph/graph.js';
import type { Node } from '../../graph/node.js';

/**
 * A rewrite of one node. `exact` rules change a result by rounding at most, and what is not finite stays so; the sign of a
 * zero is not part of the meaning, nor is whether a sum of infinities is infinite or NaN. `fast` rules assume finite
 * inputs, or round once more for speed.
 */
export interface RewriteRule {
  /** The name under which `rules` lists it. */
  readonly name: string;
  readonly flag: 'exact' | 'fast';
  /** Why the two sides are equal, or what is gained. */
  readonly reason: string;
  /**
   * What takes the place of the node, of the same type; undefined where the rule has nothing to say. `isShared` says whether
   * an operand has other users too: taking it apart would then repeat its work instead of saving some.
   */
  apply(node: Node, builder: GraphBuilder, isShared: (operand: Node) => boolean): Node | undefined;
}
