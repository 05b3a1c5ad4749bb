import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { result } from '../ops/result.js';
import { route, viewOf } from './access.js';
import type { View } from './kernel-program.js';
import { productSum } from '../optimize/product-sum.js';
import type { ProductSum } from '../optimize/product-sum.js';
import { isRowMajor, rowMajor } from './view.js';

/** How a node is computed. `inline` nodes are read through; `absorbed` ones are part of a product kernel. */
export type NodeKind = 'inline' | 'absorbed' | 'concat' | 'scalar' | 'reduce' | 'contract' | 'fold' | 'scatterAdd' | 'scan' | 'product';

/** The generic index symbols with which accesses are analysed. */
export const analysisIndex = (shape: readonly unknown[]): Dim[] => shape.map((_, axis) => Dim.symbol(`@${String(axis)}`));

export interface Classification {
  readonly kinds: ReadonlyMap<Node, NodeKind>;
  readonly sums: ReadonlyMap<Node, ProductSum>;
  /** Inline values that something reads as one run of elements, so that they are stored. */
  readonly forced: ReadonlySet<Node>;
  /** Joins of values that lie side by side already. */
  readonly joined: ReadonlyMap<Node, View>;
  /** Inputs and values with storage of their own. */
  isLeaf(node: Node): boolean;
}

/** Decides for each node of a graph how it is computed. */
export function classify(graph: Graph, inputViews: ReadonlyMap<Node, View>): Classification {
  const outputs = new Set(graph.outputs.values());
  const absorbed = new Set<Node>();
  const sums = new Map<Node, ProductSum>();
  // A single row that lies in memory: a product of one row starts from it as from a bias.
  const isStart = (node: Node): boolean => {
    const isRow = node.type.dtype === 'real' && node.type.shape.slice(0, -1).every((dim) => dim.equals(Dim.one));
    return isRow && inputViews.get(node)?.strides.at(-1)?.equals(Dim.one) === true;
  };
  // A sum of products is found from its root, so later nodes come first.
  for (const node of [...graph.nodes].reverse()) {
    if (absorbed.has(node)) continue;
    const sum = productSum(graph, node, (each) => outputs.has(each), isStart);
    if (sum === undefined) continue;
    sums.set(node, sum);
    for (const each of sum.absorbed) if (each !== node) absorbed.add(each);
  }
  const joined = new Map<Node, View>();
  for (const node of graph.nodes) {
    const view = node.op.lowering.kind === 'concat' ? viewOf(node, (each) => inputViews.get(each) ?? joined.get(each)) : undefined;
    if (view !== undefined) joined.set(node, view);
  }
  const kindOf = (node: Node): NodeKind => {
    if (absorbed.has(node)) return 'absorbed';
    if (sums.has(node)) return 'product';
    const { kind } = node.op.lowering;
    switch (kind) {
      case 'scalar':
      case 'reduce':
      case 'contract':
      case 'fold':
      case 'scatterAdd':
      case 'scan':
        return kind;
      case 'concat':
        return joined.has(node) ? 'inline' : 'concat';
      case 'result':
        return isScanResult(node) ? 'scan' : 'inline';
      case 'input':
      case 'constant':
      case 'iota':
      case 'read':
      case 'split':
      case 'reshape':
      case 'gather':
        return 'inline';
    }
  };
  const kinds = new Map(graph.nodes.map((node) => [node, kindOf(node)]));
  const forced = new Set<Node>();
  const hasStorage = (node: Node): boolean => {
    const kind = kinds.get(node);
    return node.op.lowering.kind === 'input' || forced.has(node) || joined.has(node) || (kind !== undefined && kind !== 'inline' && kind !== 'absorbed');
  };
  for (const node of graph.nodes) {
    const [operand] = node.operands;
    if (node.op.lowering.kind !== 'reshape' || operand === undefined || hasStorage(operand)) continue;
    if (route(node, analysisIndex(node.type.shape), () => false).kind !== 'linear') continue;
    const view = viewOf(operand, (each) => inputViews.get(each) ?? joined.get(each) ?? (hasStorage(each) ? plannedView(each) : undefined));
    if (view === undefined || !isRowMajor(view, operand.type.shape)) forced.add(operand);
  }
  return { kinds, sums, forced, joined, isLeaf: hasStorage };
}

/** A result of a loop; a loop with one result is that result itself. */
export function isScanResult(node: Node): boolean {
  const loop = isNode(node, result) ? node.operands[0] : node;
  return loop?.op.lowering.kind === 'scan';
}

/** The strides that a value will have unless its target says otherwise; the buffer is a stand-in. */
export function plannedView(node: Node): View {
  const { shape } = node.type;
  const size = Dim.product(shape);
  return { buffer: { name: node.id, role: 'scratch', shape, size }, offset: Dim.zero, strides: rowMajor(shape) };
}
