import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { GraphBuilder } from '../../src/graph/graph.js';
import type { Graph } from '../../src/graph/graph.js';
import { Dim } from '../../src/graph/dim.js';
import type { Node } from '../../src/graph/node.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { input } from '../../src/ops/input.js';
import { addScan } from '../../src/ops/scan.js';
import type { ScanParts } from '../../src/ops/scan.js';
import { randomScanGraph } from '../support/random-graph.js';
import type { randomScanOf } from '../support/random-graph.js';
import { axpy, below, expectClose, rows, tensor, tensorNamed } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';

/** The loop by itself, with inputs `initial.k`, `sequence.k` and `invariant.k`. */
function alone(parts: ScanParts): Graph {
  const builder = new GraphBuilder();
  const declare = (name: string, { type }: Node): Node => builder.declareInput(name, builder.node(input, [], { name, type }));
  const results = addScan(builder, {
    ...parts,
    carries: parts.carries.map((carry, k) => ({ ...carry, initial: declare(`initial.${k}`, carry.initial) })),
    sequences: parts.sequences.map((sequence, k) => ({ ...sequence, value: declare(`sequence.${k}`, sequence.value) })),
    invariants: parts.invariants.map((invariant, k) => ({ ...invariant, value: declare(`invariant.${k}`, invariant.value) })),
  });
  return builder.finish(new Map([
    ...parts.carries.map((_, k) => [`final.${k}`, results.final(k)] as const),
    ...parts.carries.map((_, k) => [`history.${k}`, results.history(k)] as const),
    ...parts.outputs.map((_, k) => [`output.${k}`, results.output(k)] as const),
    ...parts.sums.map((_, k) => [`sum.${k}`, results.sum(k)] as const),
  ]));
}

function operands(f: ReturnType<typeof randomScanOf>, sizes: typeof f.sizes): Tensors {
  const nodes = new Map([
    ...f.parts.carries.map(({ initial }, k) => [`initial.${k}`, initial] as const),
    ...f.parts.sequences.map(({ value }, k) => [`sequence.${k}`, value] as const),
    ...f.parts.invariants.map(({ value }, k) => [`invariant.${k}`, value] as const),
  ]);
  return evaluate(f.graph.withOutputs(nodes), f.draw(f.seed, sizes), sizes);
}

describe('a loop', () => {
  it('gives for a whole sequence what it gives for its two halves, with the state carried over', () => {
    fc.assert(fc.property(randomScanGraph({ steps: false }), fc.integer({ min: 1, max: 4 }), (f, cut) => {
      const { parts } = f;
      const sizes = { ...f.sizes, T: 5 };
      const graph = alone(parts);
      const given = operands(f, sizes);
      const run = (start: number, end: number, initial: (k: number) => ReturnType<typeof tensor>): Tensors => {
        const own = [...given].map(([name, value]) => {
          const [kind, k] = name.split('.');
          if (kind === 'initial') return [name, initial(Number(k))] as const;
          return [name, kind === 'sequence' ? rows(value, start, end) : value] as const;
        });
        return evaluate(graph, new Map(own), { ...sizes, T: end - start });
      };
      const whole = run(0, 5, (k) => tensorNamed(given, `initial.${k}`));
      const [startOfFirst, endOfFirst, startOfSecond, endOfSecond] = parts.reverse ? [cut, 5, 0, cut] : [0, cut, cut, 5];
      const firstHalf = run(startOfFirst, endOfFirst, (k) => tensorNamed(given, `initial.${k}`));
      const secondHalf = run(startOfSecond, endOfSecond, (k) => tensorNamed(firstHalf, `final.${k}`));
      const [early, late] = parts.reverse ? [secondHalf, firstHalf] : [firstHalf, secondHalf];
      for (const [name, value] of whole) {
        const [a, b] = [tensorNamed(early, name), tensorNamed(late, name)];
        switch (name.split('.')[0]) {
          case 'final': expectClose(tensorNamed(secondHalf, name), value, 1e-12, name); break;
          // The state at the cut stands in both halves.
          case 'history': expectClose(below(a, rows(b, 1, b.shape[0] ?? 0)), value, 1e-12, name); break;
          case 'output': expectClose(below(a, b), value, 1e-12, name); break;
          default: expectClose(axpy(a, 1, b), value, 1e-12, name);
        }
      }
    }), { seed: 21, numRuns: 80 });
  });

  it('over no steps gives the initial state, histories of one row and sums of zero', () => {
    fc.assert(fc.property(randomScanGraph({ steps: false }), (f) => {
      const sizes = { ...f.sizes, T: 0 };
      const given = operands(f, { ...f.sizes, T: 1 });
      const inputs = new Map([...given].map(([name, value]) => [name, name.startsWith('sequence') ? rows(value, 0, 0) : value]));
      const values = evaluate(alone(f.parts), inputs, sizes);
      f.parts.carries.forEach((_, k) => {
        const initial = tensorNamed(given, `initial.${k}`);
        expectClose(tensorNamed(values, `final.${k}`), initial, 0, 'the final state');
        expect([...tensorNamed(values, `history.${k}`).data]).toEqual([...initial.data]);
      });
      f.parts.outputs.forEach((_, k) => { expect(tensorNamed(values, `output.${k}`).data).toHaveLength(0); });
      f.parts.sums.forEach((_, k) => { expect(new Set(tensorNamed(values, `sum.${k}`).data)).toEqual(new Set([0])); });
    }), { seed: 22, numRuns: 20 });
  });
});

describe('evaluate', () => {
  const builder = new GraphBuilder();
  const x = builder.declareInput('x', builder.node(input, [], { name: 'x', type: { dtype: 'real', shape: [Dim.from('2H')] } }));
  const graph = builder.finish({ x });

  it('names an input without a value', () => {
    expect(() => evaluate(graph, new Map(), { H: 2 })).toThrow(/no value given for the input 'x'/);
  });

  it('says how long an input must be', () => {
    expect(() => evaluate(graph, new Map([['x', tensor([3], [1, 2, 3])]]), { H: 2 })).toThrow(/'x' has 3 elements; its shape \[4\] needs 4/);
  });

  it('names a dim without a size', () => {
    expect(() => evaluate(graph, new Map([['x', tensor([4], [1, 2, 3, 4])]]), {})).toThrow(/no size given for the dim 'H'/);
  });
});
