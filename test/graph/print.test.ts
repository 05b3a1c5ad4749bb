import { describe, expect, it } from 'vitest';
import { vanillaLstm } from '../../src/cells/vanilla-lstm.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import { printGraph } from '../../src/graph/print.js';
import { rebuild } from '../../src/graph/rebuild.js';
import { constant } from '../../src/ops/constant.js';
import { broadcastTo } from '../../src/ops/construct.js';
import { input } from '../../src/ops/input.js';
import { mul } from '../../src/ops/mul.js';
import { neg } from '../../src/ops/neg.js';
import { none } from '../../src/ops/op.js';
import { addScan } from '../../src/ops/scan.js';

describe('printGraph', () => {
  it('gives one let for each live node, with declared names as comments', () => {
    const builder = new GraphBuilder();
    const shape = [Dim.symbol('B'), Dim.from('4H')];
    const x = builder.declareInput('x', builder.node(input, [], { name: 'x', type: { dtype: 'real', shape } }));
    const factor = broadcastTo(builder, builder.node(constant, [], { dtype: 'real', value: -0 }), shape, []);
    builder.node(neg, [x], none);
    const y = builder.name(builder.name(builder.node(mul, [x, factor], none), 'y'), 'scaled');
    expect(printGraph(builder.finish({ out: y }))).toBe(
      [
        'let n0: real[B, 4H] = input() { name: "x", type: real[B, 4H] }',
        'let n1: real = constant() { dtype: "real", value: -0 }',
        'let n2: real[B, 4H] = broadcast(n1) { axes: [], shape: [B, 4H] }',
        'let n4: real[B, 4H] = mul(n0, n2) // y, scaled',
        'out out = n4',
      ].join('\n'),
    );
  });

  it('prints the body of a loop indented below it', () => {
    const body = new GraphBuilder();
    const y = body.declareInput('y', body.node(input, [], { name: 'y', type: { dtype: 'real', shape: [] } }));
    const builder = new GraphBuilder();
    const initial = builder.declareInput('y', builder.node(input, [], { name: 'y', type: { dtype: 'real', shape: [] } }));
    const loop = addScan(builder, {
      body: body.finish({ next: body.node(neg, [y], none) }), length: Dim.symbol('T'), reverse: true,
      carries: [{ input: 'y', output: 'next', initial }], sequences: [], invariants: [], outputs: [], sums: [], step: undefined,
    });
    const lines = printGraph(builder.finish({ final: loop.final(0) })).split('\n');
    const at = lines.findIndex((line) => line.startsWith('let n1: (real, real[T+1]) = scan(n0) {'));
    expect(lines[at]).toContain('{ carries: [{ input: "y", output: "next" }], invariants: [], length: T, outputs: [], reverse: true,');
    expect(lines.slice(at + 1, at + 5)).toEqual([
      '  body:',
      '    let n0: real = input() { name: "y", type: real }',
      '    let n1: real = neg(n0)',
      '    out next = n1',
    ]);
  });

  it('gives the same text for a rebuilt graph', () => {
    const { graph } = cellModel(vanillaLstm);
    const text = printGraph(graph);
    expect(printGraph(rebuild(rebuild(graph)))).toBe(printGraph(rebuild(graph)));
    expect(printGraph(cellModel(vanillaLstm).graph)).toBe(text);
    expect(text).toContain('// cNext');
  });
});
