import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as library from '../../src/cells/index.js';
import type { Graph } from '../../src/graph/graph.js';
import { chooseWhatToSave } from '../../src/optimize/choose-what-to-save.js';
import { dropGradientMarkers } from '../../src/optimize/drop-gradient-markers.js';
import { expandOuterProducts } from '../../src/optimize/expand-outer-products.js';
import { hoistInvariants } from '../../src/optimize/hoist-invariants.js';
import { inlineSingleStep } from '../../src/optimize/inline-single-step.js';
import { moveSequenceWork } from '../../src/optimize/move-sequence-work.js';
import { rulesFor } from '../../src/optimize/rules/index.js';
import { simplify } from '../../src/optimize/simplify.js';
import { trim } from '../../src/optimize/trim.js';
import { gradientOf } from '../support/derivatives.js';
import { randomGraph } from '../support/random-graph.js';
import { Random } from '../support/random.js';
import { cellsOf, forwardGraph, gradientGraph, hessianVectorGraph } from './cell-graphs.js';
import { equivalentTo } from './equivalence.js';
import { loopsOf } from './loops.js';

const allInTurn = (graph: Graph): Graph => trim(chooseWhatToSave(expandOuterProducts(trim(simplify(hoistInvariants(trim(simplify(dropGradientMarkers(graph)))))))));

/** Every pass on ≡ off. */
const passes: Readonly<Record<string, (graph: Graph) => Graph>> = {
  chooseWhatToSave,
  dropGradientMarkers,
  expandOuterProducts,
  hoistInvariants,
  inlineSingleStep,
  moveSequenceWork: (graph) => moveSequenceWork(graph, () => true),
  simplify: (graph) => simplify(graph),
  simplifyFast: (graph) => simplify(graph, { rules: rulesFor('fast') }),
  trim,
  allInTurn,
};

describe.each(cellsOf(library))('%s', (_, cell) => {
  test.each([['forward', forwardGraph, 1e-13], ['gradient', gradientGraph, 1e-11]] as const)('%s: each pass keeps all values', (__, make, tolerance) => {
    const graph = make(cell);
    const check = equivalentTo(graph, { tolerance });
    for (const pass of Object.values(passes)) check(pass(graph));
  });

  test('Hessian-vector product: the passes keep all values, and leave loops that are tight', () => {
    const graph = hessianVectorGraph(cell);
    const result = allInTurn(graph);
    equivalentTo(graph, { tolerance: 1e-10 })(result);
    for (const { parts, read } of loopsOf(result)) {
      const { body, carries, sequences, invariants, outputs, sums } = parts;
      const reached = new Set(body.nodes);
      for (const { input } of [...sequences, ...invariants]) expect(reached.has(body.input(input)), `${input} is read`).toBe(true);
      expect(new Set(sequences.map(({ value }) => value)).size, 'sequences').toBe(sequences.length);
      expect(new Set(invariants.map(({ value }) => value)).size, 'invariants').toBe(invariants.length);
      expect(read.filter(({ kind }) => kind === 'output').length, 'outputs that are read').toBe(outputs.length);
      expect(read.filter(({ kind }) => kind === 'sum').length, 'sums that are read').toBe(sums.length);
      for (const [k, { input }] of carries.entries()) {
        const own = read.some(({ kind, index }) => (kind === 'final' || kind === 'history') && index === k);
        expect(own || reached.has(body.input(input)), `${input} is read`).toBe(true);
      }
    }
  });
});

describe('random graphs', () => {
  const settings = { numRuns: 40, seed: 20, endOnFailure: true };

  test.each(Object.entries(passes))('%s keeps all values', (_, pass) => {
    fc.assert(
      fc.property(randomGraph({ loops: 2 }), ({ graph, sizes, inputs }) => {
        equivalentTo(graph, { sizes, inputs, tolerance: 1e-11 })(pass(graph));
      }),
      settings,
    );
  });

  test.each(Object.entries(passes))('%s keeps gradients', (_, pass) => {
    fc.assert(
      fc.property(randomGraph({ loops: 1, nodes: 8 }), (random) => {
        const { graph, sizes, inputs } = gradientOf(random, new Random(random.seed));
        equivalentTo(graph, { sizes, inputs, tolerance: 1e-10 })(pass(graph));
      }),
      { ...settings, numRuns: 20 },
    );
  });

  test('infinities and NaN stay, with exact rules', () => {
    fc.assert(
      fc.property(randomGraph({ loops: 1, wild: true }), ({ graph, sizes, inputs }) => {
        equivalentTo(graph, { sizes, inputs, tolerance: 1e-10, nonFinite: 'alike' })(trim(simplify(graph)));
      }),
      settings,
    );
  });
});
