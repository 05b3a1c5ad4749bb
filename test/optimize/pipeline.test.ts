import fc from 'fast-check';
import { affine, cellModel, convLstm1d, defineCell, gruV1, layerNormLstm, mlstm, nestedLstm, tanh, vanillaLstm } from 'cellwright';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { printGraph } from '../../src/graph/print.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { einsum } from '../../src/ops/einsum.js';
import { afterDifferentiation, beforeDifferentiation, runPasses, withFastMaths } from '../../src/optimize/pipeline.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { gradientOf, valuesOf } from '../support/derivatives.js';
import { randomGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { expectClose } from '../support/tensors.js';
import { forwardGraph, gradientsOf } from './cell-graphs.js';
import { equivalentTo } from './equivalence.js';
import { loopsOf } from './loops.js';

const names = [...new Set([...beforeDifferentiation, ...afterDifferentiation].map(({ name }) => name))];

/** As a build does it: passes, differentiation, passes. */
function optimizedGradients(forward: Graph, disabled: readonly string[] = [], seen?: (pass: string) => void): Graph {
  const packed = runPasses(forward, beforeDifferentiation, seen, new Set(disabled));
  return runPasses(gradientsOf(packed), afterDifferentiation, seen, new Set(disabled));
}

const products = (graph: Graph): number => graph.nodes.filter(({ op }) => op.name === einsum.name).length;

/** A state that stays what it is: the loop turns out not to carry it. */
const context = defineCell('context', { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
  const yNext = tanh(affine('', 'H', { W: x, R: y, V: c }));
  return { next: { y: yNext, c }, outputs: { y: yNext } };
});

/** Subjects of which each pass changes one at least. */
const subjects: Readonly<Record<string, Graph>> = {
  ...Object.fromEntries([vanillaLstm, gruV1, layerNormLstm, mlstm, convLstm1d, nestedLstm, context].map((cell) => [cell.name, forwardGraph(cell)])),
  'one step of vanillaLstm': batchStage(cellModel(vanillaLstm), { sizes: { T: 1 } }),
};

describe.each(Object.entries(subjects))('%s', (_, forward) => {
  const check = equivalentTo(gradientsOf(forward), { tolerance: 1e-11 });

  test('any pass can be switched off, and all of them: the values stay', () => {
    for (const name of names) check(optimizedGradients(forward, [name]));
    check(optimizedGradients(forward, names));
  });

  test('the values stay with fast maths, where they are finite', () => {
    check(runPasses(gradientsOf(runPasses(forward, beforeDifferentiation)), [...withFastMaths, ...afterDifferentiation]));
  });
});

test('each pass changes one of these graphs at least', () => {
  const changed = new Map<string, number>();
  const run = (stage: string, passes: typeof beforeDifferentiation, start: Graph): Graph => {
    let text = printGraph(start);
    return runPasses(start, passes, (pass, graph) => {
      const key = `${stage} differentiation: ${pass}`;
      const next = printGraph(graph);
      changed.set(key, (changed.get(key) ?? 0) + (next === text ? 0 : 1));
      text = next;
    });
  };
  for (const forward of Object.values(subjects)) run('after', afterDifferentiation, gradientsOf(run('before', beforeDifferentiation, forward)));
  expect(changed.size).toBe(beforeDifferentiation.length + afterDifferentiation.length);
  expect([...changed].filter(([, graphs]) => graphs === 0), JSON.stringify([...changed])).toEqual([]);
});

describe('random graphs', () => {
  test('all passes, before and after differentiation, keep gradients', () => {
    fc.assert(
      fc.property(randomGraph({ loops: 2, nodes: 10 }), (f) => {
        const plain = gradientOf(f, new Random(f.seed));
        const packed = gradientOf({ graph: runPasses(f.graph, beforeDifferentiation), sizes: f.sizes, inputs: f.inputs, wrt: f.wrt }, new Random(f.seed));
        const found = evaluate(runPasses(packed.graph, afterDifferentiation), plain.inputs, f.sizes);
        for (const [name, value] of valuesOf(plain)) {
          // A gradient may be absent where simplification has found that nothing depends on the input.
          expectClose(found.get(name) ?? { shape: value.shape, data: value.data.map(() => 0) }, value, 1e-10, name);
        }
      }),
      { seed: 41, numRuns: 15, endOnFailure: true },
    );
  });
});

describe('the passes', () => {
  test('run in the order of the lists, each seen once, those switched off left out', () => {
    const order = (disabled: readonly string[]): string[] => {
      const seen: string[] = [];
      optimizedGradients(forwardGraph(vanillaLstm), disabled, (pass) => seen.push(pass));
      return seen;
    };
    const all = [...beforeDifferentiation, ...afterDifferentiation].map(({ name }) => name);
    expect(order([])).toEqual(all);
    expect(order(['trim', 'simplify'])).toEqual(all.filter((name) => name !== 'trim' && name !== 'simplify'));
  });

  test('make one product of the gates of an LSTM in the loop, and all weight gradients outside of it', () => {
    const loops = loopsOf(optimizedGradients(forwardGraph(vanillaLstm)));
    expect(loops.map(({ parts }) => products(parts.body))).toEqual([2, 1]);
    const apart = loopsOf(optimizedGradients(forwardGraph(vanillaLstm), ['pack-products', 'sink-weight-gradients']));
    for (const { parts } of apart) expect(products(parts.body)).toBeGreaterThanOrEqual(8);
  });
});
