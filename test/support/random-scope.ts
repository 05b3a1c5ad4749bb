import type { Dim } from '../../src/graph/dim.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { GraphBuilder } from '../../src/graph/graph.js';
import type { Dtype, Node } from '../../src/graph/node.js';
import { broadcastTo, fill, product, total } from '../../src/ops/construct.js';
import { input } from '../../src/ops/input.js';
import { none } from '../../src/ops/op.js';
import type { None, Op } from '../../src/ops/op.js';
import { reduceSum } from '../../src/ops/reduce-sum.js';
import { elementCount } from '../../src/ops/strides.js';
import { tanh } from '../../src/ops/tanh.js';
import type { Random } from './random.js';

/**
 * What an input is for, and so where its values are drawn from. Only `real` inputs are meant to be differentiated by;
 * the others keep kinked ops away from their kinks.
 */
export type Role =
  /** In [-1, 1]. */
  | { readonly kind: 'real' }
  /** Each element -2 or 2: puts each element on one side of a kink. */
  | { readonly kind: 'side' }
  /** Each element -2, 0 or 2: below, inside or above an interval. */
  | { readonly kind: 'zone' }
  /** 0, 1, 2, … in random order: keeps maxima apart. */
  | { readonly kind: 'levels' }
  | { readonly kind: 'index'; readonly rows: Dim };

/** A real value and a bound of its magnitude. */
export interface Entry {
  readonly node: Node;
  readonly bound: number;
}

export interface ScopeSettings {
  readonly random: Random;
  readonly sizes: Sizes;
  /** Lets ops meet their kinks and poles, and includes those that are not differentiable by law. */
  readonly wild: boolean;
  /** How deep loops may be nested inside of this scope. */
  readonly loops: number;
  /** Lets the bodies of loops read the step index. */
  readonly steps: boolean;
}

const largestBound = 4;
const largestCount = 48;
const largestRank = 4;

/** A graph under construction: the values made so far, from which the next ones are made. */
export abstract class Scope {
  readonly pool: Entry[] = [];

  constructor(
    readonly builder: GraphBuilder,
    readonly settings: ScopeSettings,
    /** The dims of which shapes are made. */
    readonly dims: readonly Dim[],
  ) {}

  get random(): Random {
    return this.settings.random;
  }

  /** A value from outside of the scope. */
  abstract fresh(role: Role, shape: readonly Dim[]): Node;

  apply(op: Op<None>, ...operands: readonly Node[]): Node {
    return this.builder.node(op, operands, none);
  }

  /** Puts a value into the pool, made smaller where it may grow. */
  add(node: Node, bound: number): Entry {
    const entry = this.tamed({ node, bound }, largestBound);
    this.pool.push(entry);
    return entry;
  }

  /** The value, or one like it within a bound. */
  tamed(entry: Entry, limit: number): Entry {
    const { node, bound } = entry;
    if (bound <= limit) return entry;
    if (limit >= 1 && (bound > 50 || this.random.chance(0.5))) return { node: this.apply(tanh, node), bound: 1 };
    return { node: this.scaled(node, limit / bound), bound: limit };
  }

  scaled(node: Node, factor: number): Node {
    return product(this.builder, node, fill(this.builder, factor, node.type.shape));
  }

  shifted(node: Node, offset: number): Node {
    return total(this.builder, node, fill(this.builder, offset, node.type.shape));
  }

  fits(shape: readonly Dim[]): boolean {
    const numbers = shape.map((dim) => dim.evaluate(this.settings.sizes));
    return shape.length <= largestRank && elementCount(numbers) <= largestCount && numbers.every((size) => size > 0);
  }

  randomDim(): Dim {
    return this.random.pick(this.dims);
  }

  randomShape(lowest: number, highest: number): Dim[] {
    const rank = this.random.integer(lowest, highest);
    const shape = Array.from({ length: rank }, () => this.randomDim());
    return this.fits(shape) ? shape : shape.slice(0, lowest);
  }

  /** Any value, rather a late one, of a rank of at least `lowest`. */
  any(lowest = 0): Entry {
    const candidates = this.pool.filter(({ node }) => node.type.shape.length >= lowest);
    const late = candidates.slice(-4);
    if (late.length === 0 || this.random.chance(0.1)) return this.freshReal(this.randomShape(lowest, Math.max(2, lowest)));
    return this.random.pick(this.random.chance(0.6) ? late : candidates);
  }

  /** A value of one shape: one that is there, one brought to shape, or one from outside. */
  ofShape(shape: readonly Dim[]): Entry {
    const fitting = this.pool.filter(({ node }) => sameDims(node.type.shape, shape));
    if (fitting.length > 0 && this.random.chance(0.7)) return this.random.pick(fitting);
    return this.random.chance(0.5) && this.pool.length > 0 ? this.brought(this.any(), shape) : this.freshReal(shape);
  }

  /** Brings a value to a shape: sums the axes that are not there, repeats along those that are new. */
  brought({ node, bound }: Entry, shape: readonly Dim[]): Entry {
    const used: number[] = [];
    const kept = node.type.shape.map((dim) => {
      const target = shape.findIndex((wanted, axis) => wanted.equals(dim) && axis > (used.at(-1) ?? -1));
      if (target >= 0) used.push(target);
      return target >= 0;
    });
    const summed = kept.flatMap((keep, axis) => (keep ? [] : [axis]));
    const count = elementCount(summed.map((axis) => node.type.shape[axis]?.evaluate(this.settings.sizes) ?? 1));
    const reduced = summed.length === 0 ? node : this.builder.node(reduceSum, [node], { axes: summed });
    return this.tamed({ node: broadcastTo(this.builder, reduced, shape, used), bound: bound * count }, largestBound);
  }

  freshReal(shape: readonly Dim[]): Entry {
    const entry = { node: this.fresh({ kind: 'real' }, shape), bound: 1 };
    this.pool.push(entry);
    return entry;
  }
}

export function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => b[axis]?.equals(dim));
}

export function dtypeOf(role: Role): Dtype {
  return role.kind === 'index' ? 'index' : 'real';
}

/** Declares an input of a graph. */
export function declare(builder: GraphBuilder, name: string, dtype: Dtype, shape: readonly Dim[]): Node {
  return builder.declareInput(name, builder.node(input, [], { name, type: { dtype, shape } }));
}
