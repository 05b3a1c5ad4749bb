import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { add } from '../ops/add.js';
import { broadcast } from '../ops/broadcast.js';
import type { BroadcastAttributes } from '../ops/broadcast.js';
import type { EinsumLetters } from '../ops/op.js';

/** How one einsum becomes a matrix product: which operand is packed, and which letters are rows, columns and depth. */
export interface ProductShape {
  /** The operand read as it lies, `[rows, depth]`. */
  readonly plain: Node;
  readonly plainLetters: string;
  /** The operand packed into panels, `[depth, columns]`. */
  readonly packed: Node;
  readonly packedLetters: string;
  readonly rows: string;
  readonly columns: string;
  readonly depth: string;
  readonly out: string;
}

/** A sum of products and perhaps a bias, computed as one product kernel. */
export interface ProductSum {
  readonly root: Node;
  readonly terms: readonly ProductShape[];
  /** A vector that each row starts from, or the one row itself. */
  readonly bias: Node | undefined;
  /** The nodes that the kernel computes on the way; they have no kernels of their own. */
  readonly absorbed: ReadonlySet<Node>;
}

/**
 * An einsum is a product with shared weights when no letter occurs in both operands and the result, and something is
 * summed. Others (a matrix memory read per example, an outer product) are maps.
 */
export function productShape(node: Node): ProductShape | undefined {
  const { lowering } = node.op;
  if (lowering.kind !== 'contract') return undefined;
  const { left, right, out }: EinsumLetters = lowering.letters(node.attributes);
  const [leftNode, rightNode] = node.operands;
  if (leftNode === undefined || rightNode === undefined) return undefined;
  const depth = Array.from(left).filter((letter) => !out.includes(letter)).join('');
  const shared = Array.from(left).some((letter) => right.includes(letter) && out.includes(letter));
  if (shared || depth === '' || out === '') return undefined;
  // Columns lie next to each other in the result, so the operand with the last letter is packed; unless its letters do
  // not stand together at the end: then the weights are.
  const packLeft = left.includes(out.at(-1) ?? '') ? groupedAtEnd(left, out) : !groupedAtEnd(right, out);
  const sides = packLeft
    ? { plain: rightNode, plainLetters: right, packed: leftNode, packedLetters: left }
    : { plain: leftNode, plainLetters: left, packed: rightNode, packedLetters: right };
  const own = (letters: string): string => Array.from(out).filter((letter) => letters.includes(letter)).join('');
  return {
    ...sides,
    rows: own(sides.plainLetters),
    columns: own(sides.packedLetters),
    depth: Array.from(sides.plainLetters).filter((letter) => !out.includes(letter)).join(''),
    out,
  };
}

function groupedAtEnd(letters: string, out: string): boolean {
  const own = Array.from(out).filter((letter) => letters.includes(letter)).join('');
  return own !== '' && out.endsWith(own);
}

/**
 * Recognizes `Σ einsum + broadcast(bias)` below a node that nothing else on the way reads. `isStart` names values of the
 * result's shape that can stand in the place of the repeated bias.
 */
export function productSum(
  graph: Graph,
  root: Node,
  isOutput: (node: Node) => boolean,
  isStart: (node: Node) => boolean = () => false,
): ProductSum | undefined {
  const terms: ProductShape[] = [];
  const absorbed = new Set<Node>();
  let bias: Node | undefined;
  const private_ = (node: Node): boolean => (graph.users.get(node)?.length ?? 0) === 1 && !isOutput(node);
  const collect = (node: Node): boolean => {
    const shape = productShape(node);
    if (shape !== undefined) {
      const [first = shape] = terms;
      if (shape.rows.length !== first.rows.length || shape.columns.length !== first.columns.length) return false;
      if (!shape.out.endsWith(shape.columns) || !first.out.endsWith(first.columns)) return false;
      terms.push(shape);
      absorbed.add(node);
      return true;
    }
    if (!isNode(node, add)) return false;
    absorbed.add(node);
    return node.operands.every((operand) => (private_(operand) && collect(operand)) || takeBias(operand));
  };
  const takeBias = (node: Node): boolean => {
    if (bias === undefined && isStart(node)) {
      bias = node;
      return true;
    }
    const vector = node.operands[0];
    if (bias !== undefined || !isNode(node, broadcast) || vector === undefined) return false;
    // The bias may come before the first term is known, so that the number of columns is checked at the end.
    const attributes: BroadcastAttributes = node.attributes;
    const { axes, shape } = attributes;
    if (!axes.every((axis, k) => axis === shape.length - axes.length + k) || axes.length === 0) return false;
    bias = node;
    return true;
  };
  if (!isNode(root, add)) {
    const shape = productShape(root);
    return shape === undefined ? undefined : { root, terms: rowsAsTheyLie([shape]), bias: undefined, absorbed: new Set([root]) };
  }
  if (!collect(root) || terms.length === 0) return undefined;
  const columns = terms[0]?.columns.length ?? 0;
  if (bias === undefined || isStart(bias)) return { root, terms: rowsAsTheyLie(terms), bias, absorbed };
  if (bias.operands[0]?.type.shape.length !== columns) return undefined;
  return { root, terms: rowsAsTheyLie(terms), bias: bias.operands[0], absorbed };
}

/** Where there is one operand to read, its rows keep their order: what has to be copied, if anything, is the result. */
function rowsAsTheyLie(terms: readonly ProductShape[]): readonly ProductShape[] {
  const [only] = terms;
  if (only === undefined || terms.length > 1) return terms;
  return [{ ...only, rows: Array.from(only.plainLetters).filter((letter) => only.rows.includes(letter)).join('') }];
}
