import { expect } from 'vitest';
import { cellModel } from '../../src/declare/cell-model.js';
import type { CellDefinition } from '../../src/declare/index.js';
import type { Tensor } from '../../src/ops/op.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { valuesOf } from '../support/derivatives.js';
import type { Differentiable } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { expectClose, randomTensor, shapeOf, tensor, tensorNamed } from '../support/tensors.js';
import { Weights } from './plain-arithmetic.js';
import type { PlainStep, State } from './plain-arithmetic.js';

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

/** A cell over all steps of a batch, with random values for everything. */
export function pointOf(cell: CellDefinition, seed: number): Differentiable {
  const graph = batchStage(cellModel(cell));
  const random = new Random(seed);
  const inputs = new Map(
    [...graph.inputs].map(([input, { type }]): [string, Tensor] => [
      input,
      randomTensor(random, shapeOf(type, sizes), ranges[input]),
    ]),
  );
  return { graph, sizes, inputs, wrt: [...inputs.keys()] };
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

/** Fails unless a cell computes what the plain step does, from the same parameters. */
export function expectPlain(step: PlainStep, cell: CellDefinition, seed: number): void {
  const point = pointOf(cell, seed);
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
}
