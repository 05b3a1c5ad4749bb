import { GraphBuilder } from '../../graph/graph.js';
import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { copyNode, Rebuilder } from '../../graph/rebuild.js';
import { add } from '../../ops/add.js';
import { total } from '../../ops/construct.js';
import type { ScanParts } from '../../ops/scan.js';
import { dependenceOf } from './dependence.js';

/**
 * Takes the sums of a loop's body in another order: what is known before the loop comes first, so that it can leave as one
 * value. `(W·x + R·y) + b` becomes `(W·x + b) + R·y`: then the gradient of b is one sum behind the loop, too.
 */
export function regroupSums(parts: ScanParts): Graph {
  const { body } = parts;
  const { isLate, isEarly } = dependenceOf(parts);
  const outputs = new Set(body.outputs.values());
  const isPart = (node: Node): boolean => isNode(node, add) && isLate(node) && body.users.get(node)?.length === 1 && !outputs.has(node);
  const terms = (node: Node): Node[] => node.operands.flatMap((operand) => (isPart(operand) ? terms(operand) : [operand]));
  const builder = new GraphBuilder();
  const rebuilder: Rebuilder = new Rebuilder(body, builder, (node, operands) => {
    const all = isNode(node, add) && isLate(node) ? terms(node) : [];
    const first = all.filter((term) => !isLate(term));
    if (first.length < 2 || !first.some(isEarly)) return copyNode(node, operands, builder);
    const sum = (nodes: readonly Node[]): Node => nodes.map((term) => rebuilder.map(term)).reduce((left, right) => total(builder, left, right));
    return total(builder, sum(first), sum(all.filter(isLate)));
  });
  for (const node of body.inputs.values()) rebuilder.map(node);
  return builder.finish(new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}
