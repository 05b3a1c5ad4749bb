import { describe, expect, it } from 'vitest';
import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import { Dim } from '../../src/graph/dim.js';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Node } from '../../src/graph/node.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { isGreater, logarithm, product, quotient, selectNode, total, zero } from '../../src/ops/construct.js';
import { input } from '../../src/ops/input.js';
import { addScan } from '../../src/ops/scan.js';
import { tensor } from '../support/tensors.js';

type Branch = (builder: GraphBuilder, x: Node, state: Node) => Node;

/** `s ← s + (x > 0 ? branch : s² x)` over the steps. */
function loop(branch: Branch) {
  const body = new GraphBuilder();
  const [s, x] = ['s', 'x'].map((name) => body.declareInput(name, body.node(input, [], { name, type: { dtype: 'real', shape: [] } })));
  if (s === undefined || x === undefined) throw new Error('no inputs');
  const added = selectNode(body, isGreater(body, x, zero(body, x)), branch(body, x, s), product(body, product(body, s, s), x));
  const builder = new GraphBuilder();
  const initial = builder.declareInput('s', builder.node(input, [], { name: 's', type: { dtype: 'real', shape: [] } }));
  const value = builder.declareInput('x', builder.node(input, [], { name: 'x', type: { dtype: 'real', shape: [Dim.symbol('T')] } }));
  const scan = addScan(builder, {
    body: body.finish({ s: total(body, s, added) }),
    length: Dim.symbol('T'),
    reverse: false,
    carries: [{ input: 's', output: 's', initial }],
    sequences: [{ input: 'x', value }],
    invariants: [],
    outputs: [],
    sums: [],
    step: undefined,
  });
  return builder.finish({ y: scan.final(0) });
}

const branches: Record<string, Branch> = {
  's x ln x': (b, x, s) => product(b, s, product(b, x, logarithm(b, x))),
  's / x': (b, x, s) => quotient(b, s, x),
};

describe.each(Object.entries(branches))('a branch %s inside of a loop', (_, branch) => {
  const inputs = new Map([
    ['s', tensor([], [0.5])],
    ['x', tensor([2], [0, -0.25])],
    ['dy', tensor([], [1])],
    ['ds', tensor([], [1])],
    ['dx', tensor([2], [1, 1])],
    ['dds', tensor([], [1])],
    ['ddx', tensor([2], [1, 1])],
  ]);
  const first = vjp(loop(branch), { wrt: ['s', 'x'], cotangents: new Map([['y', 'dy']]), gradientName: (name) => `d${name}.out` });
  // With the branch not taken: s₁ = s + s² x₀, y = s₁ + s₁² x₁.
  const [s, x0, x1] = [0.5, 0, -0.25];
  const s1 = s + s * s * x0;
  const ds1 = 1 + 2 * s1 * x1;

  it('leaves the gradient alone where it is not taken', () => {
    const values = evaluate(first, inputs, { T: 2 });
    expect(values.get('ds.out')?.data[0]).toBeCloseTo(ds1 * (1 + 2 * s * x0), 12);
    expect(values.get('dx.out')?.data[0]).toBeCloseTo(ds1 * s * s, 12);
    expect(values.get('dx.out')?.data[1]).toBeCloseTo(s1 * s1, 12);
  });

  it('leaves the second derivatives alone where it is not taken', () => {
    const forward = evaluate(
      jvp(first, { tangents: new Map([['s', 'ds'], ['x', 'dx']]), tangentName: (name) => `${name}.tangent` }), inputs, { T: 2 },
    );
    const reverse = evaluate(
      vjp(first, { wrt: ['s', 'x'], cotangents: new Map([['ds.out', 'dds'], ['dx.out', 'ddx']]), gradientName: (name) => `d${name}.second` }),
      inputs, { T: 2 },
    );
    // The Hessian of y along (1, 1, 1), by hand; the other order gives the same since it is symmetric.
    const tangent = (1 + 2 * s * x0) + s * s;
    const dds1 = 2 * tangent * x1 + 2 * s1;
    const expected = [dds1 * (1 + 2 * s * x0) + ds1 * (2 * x0 + 2 * s), dds1 * s * s + ds1 * 2 * s, 2 * s1 * tangent];
    const found = (values: typeof forward, names: readonly string[]) => names.flatMap((name) => [...(values.get(name)?.data ?? [])]);
    found(forward, ['ds.out.tangent', 'dx.out.tangent']).forEach((value, k) => { expect(value).toBeCloseTo(expected[k] ?? NaN, 12); });
    found(reverse, ['ds.second', 'dx.second']).forEach((value, k) => { expect(value).toBeCloseTo(expected[k] ?? NaN, 12); });
  });
});
