import { Dim } from '../graph/dim.js';
import type { DimAtom } from '../graph/dim.js';
import type { GraphBuilder } from '../graph/graph.js';
import type { Dtype, Node } from '../graph/node.js';
import { timeDim } from '../graph/stage-dims.js';
import { and } from '../ops/and.js';
import { constant } from '../ops/constant.js';
import { bothTrue, broadcastTo, fill, isGreater, negate, product, quotient, scalarConstant, selectNode, total, zero } from '../ops/construct.js';
import { floor } from '../ops/floor.js';
import { indexSelect } from '../ops/index-select.js';
import { iota } from '../ops/iota.js';
import { max } from '../ops/max.js';
import { not } from '../ops/not.js';
import { none } from '../ops/op.js';

/** Whether a size depends on the number of steps. */
export const countsSteps = (dim: Dim): boolean => dim.symbols().includes(timeDim.key);

/**
 * Which places of the values of one graph are valid, when its example has `length` steps of the `T` that there is room for:
 * along an axis of size `d(T)` the first `d(length)`.
 */
export class ValidSteps {
  /** Values that are zero past the end already. */
  readonly #cleared = new Set<Node>();
  /** Sizes at the length of the example. */
  readonly #counts = new Set<Node>();

  constructor(
    readonly builder: GraphBuilder,
    /** An index. */
    readonly length: Node,
  ) {}

  /** A size as it is at the length of the example: a real scalar, zero where it would be negative. */
  count(dim: Dim): Node {
    const { builder: b } = this;
    const terms = dim.terms.map(({ coefficient, atoms }) => {
      const fixed = Dim.fromTerms([{ coefficient, atoms: atoms.filter((atom) => !isVarying(atom)) }]);
      return atoms.filter(isVarying).reduce((term, atom) => product(b, term, this.#atom(atom)), scalarConstant(b, fixed));
    });
    const sum = terms.reduce((left, right) => total(b, left, right));
    const found = dim.terms.some(({ coefficient }) => coefficient < 0) ? b.node(max, [sum, zero(b, sum)], none) : sum;
    this.#counts.add(found);
    return found;
  }

  #atom(atom: DimAtom): Node {
    const { builder: b, length } = this;
    if (atom.kind === 'symbol') return length;
    // ceil(n / k) = -floor(-n / k)
    return negate(b, b.node(floor, [quotient(b, negate(b, this.count(atom.numerator)), scalarConstant(b, atom.divisor))], none));
  }

  isCount(node: Node): boolean {
    return this.#counts.has(node);
  }

  noteCount(node: Node): void {
    this.#counts.add(node);
  }

  /** Which places of an axis of some size are valid, as a vector. */
  valid(dim: Dim): Node {
    const { builder: b } = this;
    const end = dim.equals(timeDim) ? this.length : this.count(dim);
    return b.name(isGreater(b, broadcastTo(b, end, [dim], []), b.node(iota, [], { length: dim })), 'valid');
  }

  /** Which places of a value are valid along some of its axes; undefined where all are. */
  validIn({ type: { shape } }: Node, axes: readonly number[] = shape.map((_, axis) => axis)): Node | undefined {
    const { builder: b } = this;
    return axes.reduce<Node | undefined>((found, axis) => {
      const dim = shape[axis];
      if (dim === undefined || !countsSteps(dim)) return found;
      const own = broadcastTo(b, this.valid(dim), shape, [axis]);
      return found === undefined ? own : bothTrue(b, found, own);
    }, undefined);
  }

  /** The value with zeros past the end. */
  cleared(node: Node): Node {
    const valid = this.#cleared.has(node) ? undefined : this.validIn(node);
    if (valid === undefined) return node;
    const found = choose(this.builder, valid, node, nothing(this.builder, node));
    this.#cleared.add(found);
    return found;
  }

  noteCleared(node: Node): void {
    this.#cleared.add(node);
  }

  /** The value with -∞ past the end of some axes, where a maximum does not see it. */
  lowered(node: Node, axes: readonly number[]): Node {
    const valid = this.validIn(node, axes);
    return valid === undefined ? node : selectNode(this.builder, valid, node, fill(this.builder, -Infinity, node.type.shape));
  }
}

function isVarying(atom: DimAtom): boolean {
  return atom.kind === 'symbol' ? atom.name === timeDim.key : countsSteps(atom.numerator);
}

/** `condition ? x : y` for values of any type; a condition of one element holds for all. */
export function choose(b: GraphBuilder, condition: Node, x: Node, y: Node): Node {
  const every = broadcastTo(b, condition, x.type.shape, condition.type.shape.map((_, axis) => axis));
  switch (x.type.dtype) {
    case 'real':
      return selectNode(b, every, x, y);
    case 'index':
      return b.node(indexSelect, [every, x, y], none);
    case 'bool': {
      const neither = b.node(and, [b.node(not, [bothTrue(b, every, x)], none), b.node(not, [bothTrue(b, b.node(not, [every], none), y)], none)], none);
      return b.node(not, [neither], none);
    }
  }
}

/** Zeros, the index 0 or false, in the shape of a value. */
export function nothing(b: GraphBuilder, { type: { dtype, shape } }: Node): Node {
  return broadcastTo(b, b.node(constant, [], { dtype, value: 0 } satisfies { dtype: Dtype; value: number }), shape, []);
}
