import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { add } from '../../src/ops/add.js';
import { constant } from '../../src/ops/constant.js';
import { input } from '../../src/ops/input.js';
import { mul } from '../../src/ops/mul.js';
import { neg } from '../../src/ops/neg.js';
import { none, ShapeError } from '../../src/ops/op.js';
import { slice } from '../../src/ops/slice.js';
import { tanh } from '../../src/ops/tanh.js';

function declare(builder: GraphBuilder, name: string): Node {
  return builder.declareInput(name, builder.node(input, [], { name, type: { dtype: 'real', shape: [Dim.symbol('H')] } }));
}

describe('hash-consing', () => {
  it('gives one node for one op on the same operands with the same attributes', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const y = declare(builder, 'y');
    expect(builder.node(mul, [x, y], none)).toBe(builder.node(mul, [x, y], none));
    expect(builder.node(mul, [x, y], none)).not.toBe(builder.node(mul, [y, x], none));
    expect(builder.node(mul, [x, y], none)).not.toBe(builder.node(add, [x, y], none));
  });

  it('does not look at the order in which attributes are written', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const one = builder.node(slice, [x], { axis: 0, start: Dim.zero, length: Dim.one });
    expect(builder.node(slice, [x], { length: Dim.one, start: Dim.zero, axis: 0 })).toBe(one);
  });

  it('keeps constants apart by their bits', () => {
    const builder = new GraphBuilder();
    const values = [0, -0, NaN, Infinity, -Infinity, 1, Number.MIN_VALUE, 0.1, 0.1 + Number.EPSILON];
    const nodes = values.map((value) => builder.node(constant, [], { dtype: 'real', value }));
    expect(new Set(nodes).size).toBe(values.length);
    values.forEach((value, k) => {
      expect(builder.node(constant, [], { dtype: 'real', value })).toBe(nodes[k]);
    });
    expect(builder.node(constant, [], { dtype: 'index', value: 1 })).not.toBe(builder.node(constant, [], { dtype: 'real', value: 1 }));
  });

  it('leaves names out of it', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const first = builder.name(builder.node(tanh, [x], none), 'z');
    const second = builder.name(builder.node(tanh, [x], none), 'candidate');
    expect(second).toBe(first);
    expect(builder.finish({ z: first }).names.get(first)).toEqual(['z', 'candidate']);
  });
});

describe('a graph', () => {
  it('has two edges from x to mul(x, x), one for each slot', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const square = builder.node(mul, [x, x], none);
    const { store, users } = builder.finish({ square });
    const slots = store.edges(x.id, square.id).map((edge) => store.getEdgeAttribute(edge, 'slot'));
    expect(slots.sort()).toEqual([0, 1]);
    expect(users.get(x)).toEqual([square, square]);
  });

  it('lists what its outputs depend on, operands first, in the order of creation', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const dead = builder.node(neg, [x], none);
    const late = declare(builder, 'late');
    const product = builder.node(mul, [late, x], none);
    const result = builder.node(add, [x, product], none);
    const graph = builder.finish({ result, product });
    expect(graph.nodes).toEqual([x, late, product, result]);
    expect(graph.nodes).not.toContain(dead);
    expect(graph.reachable([product])).toEqual([x, late, product]);
  });

  it('keeps its nodes when the builder goes on', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const graph = builder.finish({ x });
    builder.node(neg, [x], none);
    declare(builder, 'y');
    expect(graph.nodes).toEqual([x]);
    expect([...graph.inputs.keys()]).toEqual(['x']);
  });

  it('refuses nodes of other graphs', () => {
    const stranger = declare(new GraphBuilder(), 'x');
    const builder = new GraphBuilder();
    expect(() => builder.node(neg, [stranger], none)).toThrow(/another graph/);
    expect(() => builder.finish({ stranger })).toThrow(/'stranger' belongs to another graph/);
  });

  it('refuses two inputs of one name, and says which inputs and outputs there are', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const other = builder.node(input, [], { name: 'x', type: { dtype: 'real', shape: [] } });
    expect(() => builder.declareInput('x', other)).toThrow(/already has an input 'x'/);
    const graph = builder.finish({ y: x });
    expect(() => graph.input('z')).toThrow(/no input 'z'; it has 'x'/);
    expect(() => graph.output('z')).toThrow(/no output 'z'; it has 'y'/);
  });

  it('raises the shape errors of its ops', () => {
    const builder = new GraphBuilder();
    const x = declare(builder, 'x');
    const scalar = builder.node(constant, [], { dtype: 'real', value: 1 });
    expect(() => builder.node(mul, [x, scalar], none)).toThrow(ShapeError);
  });
});
