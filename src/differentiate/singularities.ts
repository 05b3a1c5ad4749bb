import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { isSingular } from '../ops/elementwise.js';
import { result } from '../ops/result.js';
import { resultLayout, scan } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';

/**
 * Which values may be infinite or NaN though the inputs are ordinary numbers: those that depend on a logarithm, a root, a
 * quotient, a power or an exponential. A cotangent that a branch not taken has set to zero must not meet them in a plain
 * product, since 0 · ∞ is NaN; everywhere else the plain product does, and is faster. Sums and products that overflow by
 * the mere size of their operands are not counted.
 */
export class Singularities {
  readonly #known = new Map<Node, boolean>();
  readonly #loops = new Map<Node, readonly boolean[]>();

  /** `assumed` are nodes that are singular for reasons outside of the graph. */
  constructor(assumed: Iterable<Node> = []) {
    for (const node of assumed) this.#known.set(node, true);
  }

  has(node: Node): boolean {
    const stack = [node];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const waiting = this.#known.has(top) ? [] : top.operands.filter((operand) => !this.#known.has(operand));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!this.#known.has(top)) this.#known.set(top, this.#decide(top));
    }
    return this.#known.get(node) ?? false;
  }

  #decide(node: Node): boolean {
    if (node.results.every((type) => type.dtype !== 'real')) return false;
    const [parent] = node.operands;
    if (isNode(node, result) && parent !== undefined && isNode(parent, scan)) {
      return this.#ofLoop(parent)[node.attributes.index] ?? false;
    }
    return isSingular(node.op) || node.operands.some((operand) => this.#known.get(operand) === true);
  }

  #ofLoop(node: Node<ScanAttributes>): readonly boolean[] {
    let found = this.#loops.get(node);
    if (found === undefined) this.#loops.set(node, (found = resultsOfLoop(node, (operand) => this.has(operand))));
    return found;
  }
}

function resultsOfLoop(node: Node<ScanAttributes>, has: (operand: Node) => boolean): boolean[] {
  const { body, carries, outputs, sums } = node.attributes;
  const assumed = singularInputs(node.attributes, node.operands.map(has));
  const inside = insideOf(body, assumed);
  return resultLayout(node.attributes).roles.map(({ kind, index }) => {
    switch (kind) {
      case 'final':
      case 'history':
        return assumed.has(carries[index]?.input ?? '');
      case 'output':
        return inside.has(body.output(outputs[index] ?? ''));
      case 'sum':
        return inside.has(body.output(sums[index] ?? ''));
    }
  });
}

/**
 * The inputs of a loop's body that may be infinite or NaN, `operands` telling which operands of the loop may be. A carry is
 * singular as soon as its next value is: a fixpoint.
 */
export function singularInputs({ body, carries, sequences, invariants }: ScanAttributes, operands: readonly boolean[]): Set<string> {
  const names = [...carries.map(({ input }) => input), ...sequences, ...invariants];
  const assumed = new Set(names.filter((_, slot) => operands[slot]));
  for (;;) {
    const inside = insideOf(body, assumed);
    const next = carries.filter(({ input, output }) => !assumed.has(input) && inside.has(body.output(output)));
    if (next.length === 0) return assumed;
    for (const { input } of next) assumed.add(input);
  }
}

/** Whether a graph has an op that may give an infinity or NaN, in the bodies of its loops too. */
export function hasSingularOps(graph: Graph): boolean {
  return graph.nodes.some((node) => isSingular(node.op) || (isNode(node, scan) && hasSingularOps(node.attributes.body)));
}

function insideOf(body: Graph, assumed: ReadonlySet<string>): Singularities {
  return new Singularities([...assumed].map((name) => body.input(name)));
}
