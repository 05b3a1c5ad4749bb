import { Dim } from '../graph/dim.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { nodeName } from '../graph/node-name.js';
import { copyNode, rebuild, Rebuilder, resultsOf } from '../graph/rebuild.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { broadcastTo } from '../ops/construct.js';
import { einsum } from '../ops/einsum.js';
import { none } from '../ops/op.js';
import { split } from '../ops/split.js';
import { productSum } from './product-sum.js';
import type { ProductShape, ProductSum } from './product-sum.js';
import { throughBodies } from './through-bodies.js';

/**
 * Packs products that share their operands: the gates `W_g x + R_g y + b_g` of a cell become one product
 * `[W_z; W_i; …] x + [R_z; R_i; …] y + [b_z; b_i; …]`, split into gates.
 *
 * Why here: before differentiation, so that the gradients of all gates come as one product too, and after batching, so
 * that operands are compared as the kernels will read them. Which products belong together is read off the graph: those
 * with the same operands and the same letters. Products with the same operands can't depend on each other.
 */
export function packProducts(graph: Graph): Graph {
  return packOnce(rebuild(graph, throughBodies(packProducts)));
}

function packOnce(graph: Graph): Graph {
  const groups = groupProducts(graph);
  const groupOf = new Map(groups.flatMap((group) => group.map((sum) => [sum.root, group] as const)));
  if (groups.length === 0) return graph;
  const builder = new GraphBuilder();
  const packed = new Map<readonly ProductSum[], readonly Node[]>();
  const rebuilder: Rebuilder = new Rebuilder(graph, builder, (node, operands) => {
    const group = groupOf.get(node);
    if (group === undefined) return copyNode(node, operands, builder);
    let parts = packed.get(group);
    if (parts === undefined) packed.set(group, (parts = packGroup(builder, group, (each) => rebuilder.map(each), (each) => nodeName(graph, each))));
    const part = parts[group.findIndex((sum) => sum.root === node)];
    if (part === undefined) throw new Error('a packed product lacks a part');
    return part;
  });
  for (const node of graph.inputs.values()) rebuilder.map(node);
  return builder.finish(new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}

function groupProducts(graph: Graph): ProductSum[][] {
  const outputs = new Set(graph.outputs.values());
  const absorbed = new Set<Node>();
  const groups = new Map<string, ProductSum[]>();
  for (const node of [...graph.nodes].reverse()) {
    if (absorbed.has(node)) continue;
    const sum = productSum(graph, node, (each) => outputs.has(each));
    if (sum === undefined) continue;
    for (const each of sum.absorbed) absorbed.add(each);
    const key = packable(sum) ? groupKey(sum) : undefined;
    if (key !== undefined) groups.set(key, [sum, ...(groups.get(key) ?? [])]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** One column letter, which stands last in the result. */
function packable({ terms }: ProductSum): boolean {
  return terms.every(({ columns, out }) => columns.length === 1 && out.endsWith(columns));
}

/** Equal for products with the same operands read in the same way. The weights differ in their columns only. */
function groupKey({ terms, bias }: ProductSum): string {
  const keys = terms.map(({ plain, plainLetters, packed, packedLetters, out, columns }) => {
    const depth = packed.type.shape.filter((_, axis) => packedLetters[axis] !== columns).map((dim) => dim.key);
    return `${plain.id}:${plainLetters},${packedLetters}->${out}[${depth.join(',')}]`;
  });
  return `${keys.join(' + ')}${bias === undefined ? '' : ' + bias'}`;
}

/** `W_z`, `W_i`, … joined are called `W`. */
function joinNamed(builder: GraphBuilder, sources: readonly Node[], parts: readonly Node[], axis: number, nameOf: (node: Node) => string): Node {
  const joined = builder.node(concat, parts, { axis });
  const stems = sources.map((source) => nameOf(source).split('_')[0] ?? '');
  const [stem = ''] = stems;
  return stem !== '' && stems.every((each) => each === stem) ? builder.name(joined, stem) : joined;
}

function packGroup(
  builder: GraphBuilder,
  group: readonly ProductSum[],
  map: (node: Node) => Node,
  nameOf: (node: Node) => string,
): readonly Node[] {
  const [first] = group;
  if (first === undefined) return [];
  const columnsOf = ({ packed, packedLetters, columns }: ProductShape): Dim => packed.type.shape[packedLetters.indexOf(columns)] ?? Dim.one;
  const products = first.terms.map((shape, k) => {
    const weights = group.map((sum) => map(termAt(sum, k).packed));
    const packed = joinNamed(builder, group.map((sum) => termAt(sum, k).packed), weights, shape.packedLetters.indexOf(shape.columns), nameOf);
    return builder.node(einsum, [packed, map(shape.plain)], { left: shape.packedLetters, right: shape.plainLetters, out: shape.out });
  });
  let total = products.reduce((sum, product) => builder.node(add, [sum, product], none));
  const { shape } = total.type;
  if (first.bias !== undefined) {
    const biases = group.flatMap(({ bias }) => (bias === undefined ? [] : [map(bias)]));
    const bias = joinNamed(builder, group.flatMap((sum) => sum.bias ?? []), biases, 0, nameOf);
    total = builder.node(add, [total, broadcastTo(builder, bias, shape, [shape.length - 1])], none);
  }
  builder.name(total, 'gates');
  const lengths = group.map((sum) => columnsOf(termAt(sum, 0)));
  return resultsOf(builder, builder.node(split, [total], { axis: shape.length - 1, lengths }));
}

function termAt({ terms }: ProductSum, index: number): ProductShape {
  const term = terms[index];
  if (term === undefined) throw new Error('a product lacks a term');
  return term;
}
