import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import { copyNode, rebuild } from '../graph/rebuild.js';
import { einsum } from '../ops/einsum.js';
import { elementwiseProduct } from './elementwise-product.js';
import { throughBodies } from './through-bodies.js';

/**
 * Writes outer products, `einsum` with no letter to sum over, as elementwise products of repeated operands. So they run in the
 * map that reads them, as in `f C + i (v kᵀ)`, and the matrix `v kᵀ` is never stored.
 *
 * It runs behind the last differentiation and the last simplification: the derivative of an `einsum` is an `einsum`, a product with
 * sums that need not be found again, while that of a repeated operand is a sum behind an elementwise product.
 */
export function expandOuterProducts(graph: Graph): Graph {
  return rebuild(
    graph,
    throughBodies(expandOuterProducts, (node, operands, builder) => {
      const expanded = isNode(node, einsum) ? elementwiseProduct(builder, operands, node.attributes) : undefined;
      return expanded ?? copyNode(node, operands, builder);
    }),
  );
}
