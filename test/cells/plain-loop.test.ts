import { describe, expect, it } from 'vitest';
import { cellRegistry, createCell, isCellName } from '../../src/cells/registry.js';
import { cellModel } from '../../src/declare/cell-model.js';
import type { CellDefinition } from '../../src/declare/index.js';
import type { Tensor } from '../../src/ops/op.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { listReferences, readReference } from '../oracle/format.js';
import { checkDerivatives, valuesOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { expectClose, randomTensor, shapeOf, tensor, tensorNamed } from '../support/tensors.js';
import { Weights } from './plain-arithmetic.js';
import type { PlainStep, State } from './plain-arithmetic.js';
import { plainLstms } from './plain-lstms.js';
import { plainPapers } from './plain-papers.js';
import { plainUnits } from './plain-units.js';
import { referenceFolder } from './reference-folder.js';

const plainSteps = { ...plainLstms, ...plainUnits, ...plainPapers };

/** All differ, so that a transposed matrix shows. */
const sizes = { T: 3, B: 2, I: 3, H: 5, P: 4, M: 2, N: 7, K: 3 };

/** Where values must lie for the equations to make sense. Others lie in ±1. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  n: [0.5, 2],
  time: [0, 12],
  tau: [2, 5],
  shift: [0, 2],
  r_on: [0.3, 0.8],
};

const attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'clip-zoneout-lstm': { clip: 0.125, zoneoutC: 0.3, zoneoutY: 0.2 },
  'clip-lstm': { clip: 0.125, zoneoutC: 0, zoneoutY: 0 },
  'zoneout-lstm': { clip: null, zoneoutC: 0.3, zoneoutY: 0.2 },
};

function cellAt(name: string, seed: number): { readonly cell: CellDefinition; readonly point: Differentiable } {
  if (!isCellName(name)) throw new Error(`no cell '${name}'`);
  const cell = createCell(name, attributes[name]);
  const graph = batchStage(cellModel(cell));
  const random = new Random(seed);
  const inputs = new Map(
    [...graph.inputs].map(([input, { type }]): [string, Tensor] => [
      input,
      randomTensor(random, shapeOf(type, sizes), ranges[input]),
    ]),
  );
  return { cell, point: { graph, sizes, inputs, wrt: [...inputs.keys()] } };
}

/** Elements of one example: of a sequence at one step, or of a state. */
function rowOf({ shape, data }: Tensor, batchAxis: 0 | 1, step: number, example: number): number[] {
  const length = shape.slice(batchAxis + 1).reduce((count, size) => count * size, 1);
  const start = (batchAxis === 1 ? step * sizes.B + example : example) * length;
  return [...data.subarray(start, start + length)];
}

/** Runs the plain step over all steps and examples. */
function plainLoop(step: PlainStep, cell: CellDefinition, weights: Weights, inputs: ReadonlyMap<string, Tensor>) {
  const outputs: number[][][] = Array.from({ length: sizes.T }, () => []);
  const finals = new Map([...cell.states.keys()].map((name) => [name, [] as number[]]));
  for (let example = 0; example < sizes.B; example++) {
    let state: State = Object.fromEntries(
      [...cell.states.keys()].map((name) => [name, rowOf(tensorNamed(inputs, name), 0, 0, example)]),
    );
    for (let t = 0; t < sizes.T; t++) {
      const now = Object.fromEntries(
        [...cell.inputs.keys()].map((name) => [name, rowOf(tensorNamed(inputs, name), 1, t, example)]),
      );
      const { next, y } = step(weights, now, state);
      outputs[t]?.push([...y]);
      state = next;
    }
    for (const [name, rows] of finals) rows.push(...(state[name] ?? []));
  }
  return { outputs: outputs.flat(2), finals };
}

describe('cells against a plain loop over their equations', () => {
  it.each(Object.keys(plainSteps))('%s', (name) => {
    const step = plainSteps[name];
    if (step === undefined) throw new Error('unreachable');
    const { cell, point } = cellAt(name, 41);
    const weights = new Weights(point.inputs);
    const expected = plainLoop(step, cell, weights, point.inputs);
    const values = valuesOf(point);
    const y = tensorNamed(values, 'out.y');
    expectClose(y, tensor(y.shape, expected.outputs), 1e-12, 'outputs');
    for (const [state, rows] of expected.finals) {
      const final = tensorNamed(values, `final.${state}`);
      expectClose(final, tensor(final.shape, rows), 1e-12, `the final ${state}`);
    }
    expect([...weights.read].sort(), 'the parameters').toEqual([...cell.parameters.keys()].sort());
  });

  it.each(Object.keys(plainSteps))('%s has the derivatives of its values', (name) => {
    checkDerivatives(cellAt(name, 43).point, 44, name);
  });

  it('clips in the test of the clipped cells', () => {
    const { point } = cellAt('clip-lstm', 41);
    const final = tensorNamed(valuesOf(point), 'final.c');
    expect(final.data.some((value) => Math.abs(value) === 0.125)).toBe(true);
    expect(final.data.some((value) => Math.abs(value) < 0.125)).toBe(true);
  });
});

it('a file or a plain loop checks every cell of the library', () => {
  const inFiles = listReferences(referenceFolder).map((file) => readReference(file).cell);
  const unchecked = Object.keys(cellRegistry).filter((name) => !inFiles.includes(name) && !(name in plainSteps));
  expect(unchecked).toEqual([]);
});
