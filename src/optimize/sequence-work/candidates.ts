import type { Graph } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { add } from '../../ops/add.js';
import { input } from '../../ops/input.js';
import type { ScanParts } from '../../ops/scan.js';
import { productShape, productSum } from '../product-sum.js';
import { elementsOf } from './cost.js';
import type { ProductWork } from './cost.js';
import { dependenceOf, valuesBehind } from './dependence.js';
import type { Dependence } from './dependence.js';

/** Products that can leave a loop together, since what the loop reads of them depends on all. */
export interface Candidate {
  readonly products: readonly ProductWork[];
  /** What the loop would read instead. */
  readonly handedOver: readonly Node[];
}

/**
 * The products of a loop's body that depend on per-step inputs and invariants alone, in groups. Other work is no reason to
 * leave: maps and reductions of inputs run within the loops over elements that the body has anyway.
 */
export function candidates(parts: ScanParts): Candidate[] {
  const { body } = parts;
  const dependence = dependenceOf(parts);
  const { isLate } = dependence;
  const readLate = body.nodes.filter(isLate).flatMap((node) => node.operands.filter((operand) => !isLate(operand)));
  const ends = [...valuesBehind([...readLate, ...body.outputs.values()])].filter((node) => isMade(node, dependence));
  const fused = termsOfLateProducts(body, dependence);
  return groupsOf(body, ends, dependence).map((group) => ({
    products: [...group.products].map((node) => ({ node, isFused: fused.has(node) })),
    handedOver: leastToHandOver(body, group.ends, dependence),
  }));
}

interface Group {
  readonly ends: readonly Node[];
  readonly products: ReadonlySet<Node>;
}

function groupsOf(body: Graph, ends: readonly Node[], { isEarly }: Dependence): readonly Group[] {
  return ends.reduce<readonly Group[]>((groups, end) => {
    const products = body.reachable([end]).filter((node) => isEarly(node) && productShape(node) !== undefined);
    if (products.length === 0) return groups;
    const shares = (group: Group): boolean => products.some((product) => group.products.has(product));
    const joined = groups.filter(shares);
    return [
      ...groups.filter((group) => !shares(group)),
      { ends: [...joined.flatMap((group) => group.ends), end], products: new Set([...joined.flatMap((group) => [...group.products]), ...products]) },
    ];
  }, []);
}

/**
 * Where the work is cut: maps behind the products stay in the loop, as long as no more has to be handed over for it. So stay
 * a sigmoid of a product, and an outer product, which is larger than what it is made from. A layer norm leaves as far as its
 * reductions go: its maps would wait for what the loop can compute earlier now, and be fused with nothing.
 */
function leastToHandOver(body: Graph, ends: readonly Node[], dependence: Dependence): readonly Node[] {
  const local = givenBack(ends, dependence);
  const reduces = body.reachable(ends).some((node) => dependence.isEarly(node) && node.op.lowering.kind === 'reduce');
  if (reduces) return local;
  const products = productsBehind(ends, dependence);
  const size = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + elementsOf(node.type), 0);
  return size(products) <= size(local) ? products : local;
}

const isMade = (node: Node, { isEarly }: Dependence): boolean => isEarly(node) && !isNode(node, input);

/** A product kernel adds a bias for nothing. */
const isWithBias = (node: Node): boolean => isNode(node, add) && node.operands.some((operand) => productShape(operand) !== undefined);

/** Undoes all that follows the products. */
function productsBehind(ends: readonly Node[], dependence: Dependence): Node[] {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...ends];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (productShape(node) !== undefined || isWithBias(node)) found.add(node);
    else stack.push(...[...valuesBehind(node.operands)].filter((source) => isMade(source, dependence)));
  }
  return [...found].reverse();
}

/** Undoes one map after the other where what it needs is no more than what it makes. */
function givenBack(ends: readonly Node[], dependence: Dependence): Node[] {
  const found = new Set(ends);
  const stack = [...ends];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const isMap = node.op.lowering.kind === 'scalar' || (node.op.lowering.kind === 'contract' && productShape(node) === undefined);
    if (!found.has(node) || !isMap || isWithBias(node)) continue;
    // A part of a larger value counts as far as it is read, one that is repeated as far as it is stored.
    const needed = node.operands.flatMap((operand) =>
      [...valuesBehind([operand])]
        .filter((source) => isMade(source, dependence) && !found.has(source))
        .map((source) => ({ source, elements: Math.min(elementsOf(source.type), elementsOf(operand.type)) })),
    );
    if (needed.reduce((sum, { elements }) => sum + elements, 0) > elementsOf(node.type)) continue;
    found.delete(node);
    for (const { source } of needed) {
      found.add(source);
      stack.push(source);
    }
  }
  return [...found];
}

/** What the loop computes in one kernel with a product that needs a carry: products, and sums of them with a bias. */
function termsOfLateProducts(body: Graph, { isLate, isEarly }: Dependence): Set<Node> {
  const outputs = new Set(body.outputs.values());
  const found = new Set<Node>();
  const absorbed = new Set<Node>();
  for (const node of [...body.nodes].reverse()) {
    if (absorbed.has(node)) continue;
    for (const each of productSum(body, node, (other) => outputs.has(other))?.absorbed ?? []) {
      absorbed.add(each);
      if (isLate(node) && isEarly(each)) found.add(each);
    }
  }
  return found;
}
