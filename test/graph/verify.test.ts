import { MultiDirectedGraph } from 'graphology';
import { describe, expect, it } from 'vitest';
import { Dim } from '../../src/graph/dim.js';
import { Graph, GraphBuilder } from '../../src/graph/graph.js';
import type { GraphStore } from '../../src/graph/node-store.js';
import type { Node, ValueType } from '../../src/graph/node.js';
import { VerificationError, verify } from '../../src/graph/verify.js';
import { add } from '../../src/ops/add.js';
import { input } from '../../src/ops/input.js';
import { mul } from '../../src/ops/mul.js';
import { neg } from '../../src/ops/neg.js';
import { none } from '../../src/ops/op.js';
import type { Op } from '../../src/ops/op.js';
import { result } from '../../src/ops/result.js';
import { addScan } from '../../src/ops/scan.js';
import { split } from '../../src/ops/split.js';

const vector: ValueType = { dtype: 'real', shape: [Dim.symbol('H')] };

/** Makes graphs that no builder would make. */
class Forgery {
  readonly store: GraphStore = new MultiDirectedGraph();
  readonly inputs = new Map<string, Node>();

  node<A>(id: string, op: Op<A>, operands: readonly Node[], attributes: A, results: readonly ValueType[] = [vector]): Node {
    const [type = vector] = results;
    const node = { id, index: Number(id.slice(1)), op: op as Op<unknown>, attributes, operands, results, type };
    this.store.addNode(id, { node });
    operands.forEach((operand, slot) => {
      if (this.store.hasNode(operand.id)) this.store.addEdge(operand.id, id, { slot });
    });
    return node;
  }

  input(id: string, name: string): Node {
    const node = this.node(id, input, [], { name, type: vector });
    this.inputs.set(name, node);
    return node;
  }

  graph(outputs: Readonly<Record<string, Node>>): Graph {
    return new Graph({ graph: this.store }, this.inputs, new Map(Object.entries(outputs)), new Map(), new Map());
  }
}

describe('verify', () => {
  it('accepts what a builder has made, loops and split values included', () => {
    const body = new GraphBuilder();
    const y = body.declareInput('y', body.node(input, [], { name: 'y', type: vector }));
    const step = body.finish({ y: body.node(neg, [y], none) });
    const builder = new GraphBuilder();
    const x = builder.declareInput('x', builder.node(input, [], { name: 'x', type: { dtype: 'real', shape: [Dim.from('2H')] } }));
    const parts = builder.node(split, [x], { axis: 0, lengths: [Dim.symbol('H'), Dim.symbol('H')] });
    const [first, second] = [0, 1].map((index) => builder.node(result, [parts], { index }));
    if (first === undefined || second === undefined) throw new Error('no parts');
    const loop = addScan(builder, {
      body: step, length: Dim.symbol('T'), reverse: false, carries: [{ input: 'y', output: 'y', initial: first }],
      sequences: [], invariants: [], outputs: [], sums: [], step: undefined,
    });
    expect(() => { verify(builder.finish({ final: builder.node(mul, [loop.final(0), second], none) })); }).not.toThrow();
  });

  it('finds results that the shape rule does not give', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const wrong = forgery.node('n1', neg, [x], none, [{ dtype: 'real', shape: [Dim.from('2H')] }]);
    expect(() => { verify(forgery.graph({ wrong })); }).toThrow(/n1 \(neg\) holds real \[2H\], but its shape rule gives real \[H\]/);
  });

  it('finds operands that the shape rule refuses', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const y = forgery.node('n1', input, [], { name: 'y', type: { dtype: 'real', shape: [] } }, [{ dtype: 'real', shape: [] }]);
    forgery.inputs.set('y', y);
    expect(() => { verify(forgery.graph({ z: forgery.node('n2', mul, [x, y], none) })); }).toThrow(/n2 \(mul\) breaks its shape rule: .*\[H\] and \[\]/);
  });

  it('finds a result node that reads a result that is not there', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const third = forgery.node('n1', result, [x], { index: 2 });
    expect(() => { verify(forgery.graph({ third })); }).toThrow(/n1 \(result\) reads result 2 of n0 \(input\), which has 1/);
  });

  it('finds a node that reads all results of another at once', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const parts = forgery.node('n1', split, [x], { axis: 0, lengths: [Dim.one, Dim.from('H-1')] }, [
      { dtype: 'real', shape: [Dim.one] },
      { dtype: 'real', shape: [Dim.from('H-1')] },
    ]);
    expect(() => { verify(forgery.graph({ y: forgery.node('n2', neg, [parts], none) })); }).toThrow(/n2 \(neg\) reads all results of n1 \(split\)/);
    expect(() => { verify(forgery.graph({ parts })); }).toThrow(/the output 'parts' is all results of n1 \(split\)/);
  });

  it('finds a node that precedes its operand', () => {
    const forgery = new Forgery();
    const x = forgery.input('n7', 'x');
    expect(() => { verify(forgery.graph({ y: forgery.node('n1', neg, [x], none) })); }).toThrow(/n1 \(neg\) precedes its operand n7 \(input\)/);
  });

  it('finds outputs, inputs and operands that are not in the graph', () => {
    const stranger = new Forgery().input('n0', 'x');
    expect(() => { verify(new Forgery().graph({ stranger })); }).toThrow(/the output 'stranger' \(n0 \(input\)\) is not in the graph/);
    const reader = new Forgery();
    const other = reader.input('n3', 'z');
    expect(() => { verify(reader.graph({ y: reader.node('n4', add, [other, stranger], none) })); }).toThrow(/n4 \(add\) reads n0 \(input\), which is not in the graph/);
    const signature = new Forgery();
    signature.inputs.set('x', stranger);
    expect(() => { verify(signature.graph({})); }).toThrow(/the input 'x' \(n0 \(input\)\) is not in the graph/);
  });

  it('finds inputs under wrong names, or under none', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    forgery.inputs.set('z', x);
    expect(() => { verify(forgery.graph({ x })); }).toThrow(/the input 'z' is n0 \(input\), not the input node of that name/);
    forgery.inputs.clear();
    expect(() => { verify(forgery.graph({ x })); }).toThrow(/n0 \(input\) \('x'\) is not declared/);
  });

  it('finds edges that say something else than the operands', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const y = forgery.node('n1', mul, [x, x], none);
    forgery.store.addEdge('n0', 'n1', { slot: 2 });
    expect(() => { verify(forgery.graph({ y })); }).toThrow(/n1 \(mul\) has 2 operands, but 3 edges/);
    for (const edge of forgery.store.edges('n0', 'n1')) {
      if (forgery.store.getEdgeAttribute(edge, 'slot') !== 0) forgery.store.dropEdge(edge);
    }
    expect(() => { verify(forgery.graph({ y })); }).toThrow(/n1 \(mul\) reads n0 \(input\) in slot 1, but no edge says so/);
  });

  it('finds a cycle', () => {
    const forgery = new Forgery();
    const x = forgery.input('n0', 'x');
    const y = forgery.node('n1', neg, [x], none);
    forgery.store.addEdge('n1', 'n0', { slot: 0 });
    expect(() => { verify(forgery.graph({ y })); }).toThrow(/cycle/);
  });

  it('finds inputs of the body of a loop that the loop does not bring', () => {
    const body = new GraphBuilder();
    const y = body.declareInput('y', body.node(input, [], { name: 'y', type: vector }));
    const x = body.declareInput('x', body.node(input, [], { name: 'x', type: vector }));
    const builder = new GraphBuilder();
    const initial = builder.declareInput('y', builder.node(input, [], { name: 'y', type: vector }));
    const loop = addScan(builder, {
      body: body.finish({ y: body.node(add, [x, y], none) }), length: Dim.symbol('T'), reverse: false,
      carries: [{ input: 'y', output: 'y', initial }], sequences: [], invariants: [{ input: 'y', value: initial }],
      outputs: [], sums: [], step: undefined,
    });
    expect(() => { verify(builder.finish({ final: loop.final(0) })); }).toThrow(
      /n1 \(scan\) brings the input 'y' of its body twice and does not bring the input 'x' of its body/,
    );
  });

  it('looks into the bodies of loops, and says where it is', () => {
    const forgery = new Forgery();
    const y = forgery.input('n0', 'y');
    const body = forgery.graph({ y: forgery.node('n1', neg, [y], none) });
    const builder = new GraphBuilder();
    const initial = builder.declareInput('y', builder.node(input, [], { name: 'y', type: vector }));
    const loop = addScan(builder, {
      body, length: Dim.symbol('T'), reverse: false, carries: [{ input: 'y', output: 'y', initial }],
      sequences: [], invariants: [], outputs: [], sums: [], step: undefined,
    });
    const graph = builder.finish({ final: loop.final(0) });
    expect(() => { verify(graph); }).not.toThrow();
    forgery.store.dropEdge(forgery.store.edges('n0', 'n1')[0]);
    expect(() => { verify(graph); }).toThrow(VerificationError);
    expect(() => { verify(graph); }).toThrow(/in the body of n1 \(scan\): n1 \(neg\) reads n0 \(input\) in slot 0/);
  });
});
