import type { IndexRange } from '../../declare/declaration.js';
import type { ModelDefinition } from '../../declare/model.js';
import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { gather } from '../../ops/gather.js';
import { input } from '../../ops/input.js';
import { scan } from '../../ops/scan.js';

/**
 * What an input's indices may be, by input: rows of tables that they are looked up in, within loops too, and what the definition
 * says.
 */
export function indexRanges({ graph, indexRanges: declared }: ModelDefinition): ReadonlyMap<string, readonly IndexRange[]> {
  const ranges = new Map<string, IndexRange[]>();
  for (const [name, own] of declared) ranges.set(name, [...own]);
  collect(graph, (node) => (isNode(node, input) ? node.attributes.name : undefined), ranges);
  return ranges;
}

function collect(graph: Graph, sourceOf: (node: Node) => string | undefined, ranges: Map<string, IndexRange[]>): void {
  for (const node of graph.nodes) {
    if (isNode(node, gather)) {
      const [table, indices] = node.operands;
      const source = indices === undefined ? undefined : sourceOf(indices);
      const rows = table?.type.shape[0];
      if (source === undefined || rows === undefined) continue;
      const known = ranges.get(source) ?? [];
      if (!known.some(({ size, except }) => except === undefined && size.equals(rows))) ranges.set(source, [...known, { size: rows }]);
    } else if (isNode(node, scan)) {
      const { body, carries, sequences, invariants } = node.attributes;
      const operands = new Map([...sequences, ...invariants].map((name, k) => [name, node.operands[carries.length + k]]));
      collect(
        body,
        (inner) => {
          const operand = isNode(inner, input) ? operands.get(inner.attributes.name) : undefined;
          return operand === undefined ? undefined : sourceOf(operand);
        },
        ranges,
      );
    }
  }
}
