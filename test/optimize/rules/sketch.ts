import { Dim } from '../../../src/graph/dim.js';
import type { DimLike } from '../../../src/graph/dim.js';
import { GraphBuilder } from '../../../src/graph/graph.js';
import type { Graph } from '../../../src/graph/graph.js';
import type { Dtype, Node } from '../../../src/graph/node.js';
import { broadcast } from '../../../src/ops/broadcast.js';
import { constant } from '../../../src/ops/constant.js';
import { fill } from '../../../src/ops/construct.js';
import { einsum } from '../../../src/ops/einsum.js';
import { input } from '../../../src/ops/input.js';
import { none } from '../../../src/ops/op.js';
import type { None, Op } from '../../../src/ops/op.js';

/** A graph in the making, for examples of one line. Shapes are written as in the docs: `'A 2H'`. */
export class Sketch {
  readonly builder = new GraphBuilder();

  x(shape = 'A'): Node {
    return this.input('x', shape);
  }

  y(shape = 'A'): Node {
    return this.input('y', shape);
  }

  z(shape = 'A'): Node {
    return this.input('z', shape);
  }

  condition(shape = 'A'): Node {
    return this.input('condition', shape, 'bool');
  }

  index(shape = 'A'): Node {
    return this.input('index', shape, 'index');
  }

  input(name: string, shape: string, dtype: Dtype = 'real'): Node {
    const known = this.builder.input(name);
    return known ?? this.builder.declareInput(name, this.builder.node(input, [], { name, type: { dtype, shape: dims(shape) } }));
  }

  /** Copies of a number or a size. */
  fill(value: number | Dim, shape = 'A'): Node {
    return fill(this.builder, value, dims(shape));
  }

  /** A truth value that is known. */
  known(value: boolean, shape = 'A'): Node {
    const scalar = this.builder.node(constant, [], { dtype: 'bool', value: value ? 1 : 0 });
    return this.builder.node(broadcast, [scalar], { shape: dims(shape), axes: [] });
  }

  /** An op without attributes. */
  apply(op: Op<None>, ...operands: readonly Node[]): Node {
    return this.builder.node(op, operands, none);
  }

  /** An op with attributes. */
  with<A>(op: Op<A>, attributes: A, ...operands: readonly Node[]): Node {
    return this.builder.node(op, operands, attributes);
  }

  repeat(node: Node, shape: string, axes: readonly number[]): Node {
    return this.builder.node(broadcast, [node], { shape: dims(shape), axes });
  }

  einsum(notation: string, left: Node, right: Node): Node {
    const [own = '', other = '', out = ''] = notation.split(/,|->/);
    return this.builder.node(einsum, [left, right], { left: own, right: other, out });
  }

  finish(...outputs: readonly Node[]): Graph {
    return this.builder.finish(new Map(outputs.map((node, k) => [`out${String(k)}`, node])));
  }
}

/** `'A 2H'` to dims; the empty text is a scalar. */
export function dims(shape: string): Dim[] {
  return shape.split(' ').flatMap((dim) => (dim === '' ? [] : [Dim.from(dim)]));
}

export const dim = (source: DimLike): Dim => Dim.from(source);
