import { describe, expect, it } from 'vitest';
import { convLstm1d, vanillaLstm } from '../../src/cells/index.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { compileGraph } from '../../src/emit/typescript/graph-function.js';
import type { ValueType } from '../../src/graph/node.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import type { Tensor } from '../../src/ops/op.js';
import { batchFirst } from '../../src/program/batch-first.js';
import { batchStage } from '../../src/program/batch-stage.js';
import { buildPrograms } from '../../src/program/build-programs.js';
import { gradientsOf } from '../optimize/cell-graphs.js';
import { sizesOf } from '../optimize/equivalence.js';
import { Random } from '../support/random.js';
import { expectClose, randomTensor, shapeOf, stack, tensorNamed } from '../support/tensors.js';

/** `[T, B, …]` as `[B, T, …]`; others as they are. */
function swapped(value: Tensor, { shape }: ValueType): Tensor {
  if (shape[0]?.key !== 'T' || shape[1]?.key !== 'B') return value;
  const [rows = 0, ...rest] = value.shape;
  const length = value.data.length / rows;
  return stack(Array.from({ length: rows }, (_, t) => ({ shape: rest, data: value.data.subarray(t * length, (t + 1) * length) })), 1);
}

describe.each([vanillaLstm, convLstm1d])('$name with its batch first', (cell) => {
  const model = cellModel(cell);
  const timeMajor = gradientsOf(batchStage(model));
  const graph = gradientsOf(batchFirst(batchStage(model)));
  const sizes = { ...sizesOf(timeMajor), T: 4, B: 3 };
  const random = new Random(1);
  const given = new Map([...timeMajor.inputs].map(([name, { type }]) => [name, randomTensor(random, shapeOf(type, sizes))]));
  const inputs = new Map([...given].map(([name, value]) => [name, swapped(value, timeMajor.input(name).type)]));
  const expected = new Map([...evaluate(timeMajor, given, sizes)].map(([name, value]) => [name, swapped(value, timeMajor.output(name).type)]));

  it('computes the same, and its gradients', () => {
    verify(graph);
    expect(graph.input('x').type.shape.slice(0, 2).map(String)).toEqual(['B', 'T']);
    const values = evaluate(graph, inputs, sizes);
    for (const [name, value] of expected) expectClose(tensorNamed(values, name), value, 1e-12, name);
  });

  it.each([true, false])('does so in emitted code, with passes: %s', (optimize) => {
    const values = compileGraph(graph, { sizes, optimize })(new Map([...inputs].map(([name, { data }]) => [name, data])));
    for (const [name, { shape, data }] of expected) {
      expectClose({ shape, data: Float64Array.from(values.get(name) ?? []) }, { shape, data }, 1e-10, name);
    }
  });
});

describe('the kernels of the LSTM with its batch first', () => {
  const stored = (forwardOnly: boolean): string[] => {
    const { sequence } = buildPrograms(cellModel(vanillaLstm), { sizes: {}, forwardOnly, batchFirst: true });
    return sequence.buffers.filter(({ role }) => role === 'scratch' || role === 'output').map(({ shape }) => shape.join());
  };

  it('read the inputs of the loop where they lie, and copy its output only', () => {
    expect(stored(true).sort()).toEqual(['B,4H', 'B,H', 'B,T,H', 'T+1,B,H']);
  });

  it('copy the gradient of the inputs, not the gates it is made of', () => {
    const sequences = stored(false).filter((shape) => shape.includes('T'));
    expect(sequences.filter((shape) => shape.endsWith('4H'))).toEqual(['T,B,4H']);
    expect(sequences.filter((shape) => shape.endsWith('I')).sort()).toEqual(['B,T,I', 'T,B,I', 'T,B,I']);
  });
});
