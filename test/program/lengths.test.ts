import { describe, expect, it } from 'vitest';
import * as library from '../../src/cells/index.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { defineModel } from '../../src/declare/index.js';
import type { Expression } from '../../src/declare/index.js';
import type { ModelDefinition } from '../../src/declare/model.js';
import { sequence } from '../../src/declare/sequence.js';
import { vjp } from '../../src/differentiate/reverse.js';
import { compileGraph } from '../../src/emit/typescript/graph-function.js';
import type { Sizes } from '../../src/graph/dim.js';
import type { Graph } from '../../src/graph/graph.js';
import { verify } from '../../src/graph/verify.js';
import { evaluate } from '../../src/interpret/evaluate.js';
import { dense } from '../../src/layers/dense.js';
import { meanSquaredError } from '../../src/layers/mean-squared-error.js';
import { softmaxCrossEntropy } from '../../src/layers/softmax-cross-entropy.js';
import type { Tensor } from '../../src/ops/op.js';
import { batchAxis, batchStage } from '../../src/program/batch-stage.js';
import { checkDerivatives, gradientOf, tangentOf } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { before, expectZeroBehind, withPadding } from '../support/short-sequence.js';
import { axpy, expectClose, expectNear, randomTensor, shapeOf, stack, tensor, tensorNamed } from '../support/tensors.js';
import type { Tensors } from '../support/tensors.js';
import { cellsOf, gradientsOf } from '../optimize/cell-graphs.js';
import { sizesOf } from '../optimize/equivalence.js';

const steps = 4;
const lengths = [2, 4, 0, 1];

/** Sequences of different lengths, alone and together in one batch. */
class Sequences {
  /** For a batch of one without lengths, and for a batch with them. */
  readonly alone: Graph;
  readonly together: Graph;
  readonly sizes: Sizes;
  readonly examples: readonly Tensors[];

  constructor(readonly model: ModelDefinition) {
    this.alone = gradientsOf(batchStage(model));
    this.together = gradientsOf(batchStage(model, { lengths: true }));
    verify(this.together);
    this.sizes = { ...sizesOf(this.alone), T: steps, B: lengths.length };
    this.examples = lengths.map((length, n) => {
      const random = new Random(n + 1);
      const shared = new Random(100);
      return new Map([...this.alone.inputs].map(([name, { type }]) => {
        const draw = model.parameters.has(name) ? shared : random;
        const own = randomTensor(draw, shapeOf(type, this.sizesOf(length)), [0.1, 1]);
        return [name, type.dtype === 'index' ? { ...own, data: own.data.map((value) => Math.floor(2 * value)) } : own];
      }));
    });
  }

  sizesOf(length: number): Sizes {
    return { ...this.sizes, T: length, B: 1 };
  }

  isShared(name: string): boolean {
    return this.model.parameters.has(name) || name === 'd.loss';
  }

  /** The inputs of the batch; behind the ends stands rubbish. */
  inputs(seed: number): Map<string, Tensor> {
    const values = [...this.alone.inputs].map(([name, { type }]) => {
      const own = this.examples.map((example, n) => withPadding(tensorNamed(example, name), type, { ...this.sizes, B: 1 }, seed + n));
      const [first] = own;
      if (first === undefined) throw new Error('no examples');
      return [name, this.isShared(name) ? first : joined(own, batchAxis(type))] as const;
    });
    return new Map([...values, ['lengths', tensor([lengths.length], lengths)]]);
  }
}

/** Batches of one side by side. */
function joined(parts: readonly Tensor[], axis: number): Tensor {
  return stack(parts.map(({ shape, data }) => ({ shape: shape.filter((_, k) => k !== axis), data })), axis);
}

/** One example of a batch, as a batch of one. */
function part({ shape, data }: Tensor, axis: number, n: number): Tensor {
  const inner = shape.slice(axis + 1).reduce((count, size) => count * size, 1);
  const batch = shape[axis] ?? 0;
  return { shape: shape.map((size, k) => (k === axis ? 1 : size)), data: data.filter((_, k) => Math.floor(k / inner) % batch === n) };
}

describe.each(cellsOf(library))('%s over sequences of different lengths', (_, cell) => {
  it('gives each what it gives it alone, and parameters the sum of the gradients', () => {
    const own = new Sequences(cellModel(cell));
    const { alone, examples } = own;
    const found = evaluate(own.together, own.inputs(0), own.sizes);
    const sums = new Map<string, Tensor>();
    for (const [n, length] of lengths.entries()) {
      const expected = evaluate(alone, examples[n] ?? new Map(), own.sizesOf(length));
      for (const [name, value] of expected) {
        const { type } = alone.output(name);
        if (cell.parameters.has(name.replace('grad.', ''))) {
          const sum = sums.get(name);
          sums.set(name, sum === undefined ? value : axpy(sum, 1, value));
          continue;
        }
        const whole = part(tensorNamed(found, name), batchAxis(type), n);
        expectClose(before(whole, type, own.sizesOf(length)), value, 1e-10, `${name} of the sequence of ${String(length)} steps`);
        expectZeroBehind(whole, type, own.sizesOf(length), name);
      }
    }
    for (const [name, value] of sums) expectClose(tensorNamed(found, name), value, 1e-10, name);
  });
});

const { clipZoneoutLstm, convLstm1d, gruV3, layerNormLstm, mlstm, phasedLstmTrain, slstm } = library;

describe.each([clipZoneoutLstm, convLstm1d, gruV3, layerNormLstm, mlstm, phasedLstmTrain, slstm])('$name over sequences of different lengths', (cell) => {
  it('gives the same through all passes and the TypeScript target, and the same bits whatever stands behind the ends', () => {
    const own = new Sequences(cellModel(cell));
    const run = compileGraph(own.together, { sizes: own.sizes, optimize: true });
    const arrays = (seed: number) => new Map([...own.inputs(seed)].map(([name, { data }]) => [name, data]));
    const values = run(arrays(0));
    for (const [name, { shape, data }] of evaluate(own.together, own.inputs(0), own.sizes)) {
      expectClose({ shape, data: Float64Array.from(values.get(name) ?? []) }, { shape, data }, 1e-10, name);
    }
    expect(run(arrays(3))).toEqual(values);
  });
});

const dims = ['I', 'H'] as const;
const inputs = { x: ['T', 'I'] } as const;

/** Two loops, one of them backwards, and a layer whose bias makes values behind the ends that are not zero. */
function scores(x: Expression<readonly ['T', 'I']>): Expression<readonly ['T', 'H']> {
  const { y } = sequence(gruV3, { x }, { name: 'one' }).outputs;
  return dense('head', 'H', sequence(gruV3, { x: y }, { name: 'two', reverse: true, dims: { I: 'H' } }).outputs.y);
}

describe.each([
  ['mean squared error', defineModel('regression', { dims, inputs, targets: { target: ['T', 'H'] } }, ({ x, target }) => {
    const y = scores(x);
    return { outputs: { y }, loss: meanSquaredError(y, target) };
  })],
  ['cross-entropy', defineModel('classifier', { dims, inputs, targets: { target: { shape: ['T'], dtype: 'index' } } }, ({ x, target }) => {
    const y = scores(x);
    return { outputs: { y }, loss: softmaxCrossEntropy(y, target) };
  })],
])('the loss of a batch of sequences of different lengths: %s', (_, model) => {
  const own = new Sequences(model);

  it('is the mean over the steps that there are', () => {
    let total = 0;
    for (const [n, length] of lengths.entries()) {
      if (length > 0) total += length * (evaluate(own.alone, own.examples[n] ?? new Map(), own.sizesOf(length)).get('loss')?.data[0] ?? NaN);
    }
    const found = evaluate(own.together, own.inputs(1), own.sizes).get('loss')?.data[0] ?? NaN;
    expectNear(found, total / lengths.reduce((sum, length) => sum + length), 1e-12, 'the loss');
  });

  it('has derivatives that agree with central differences and with one another, at orders 1 and 2', () => {
    const batch = { graph: batchStage(model, { lengths: true }), sizes: own.sizes, inputs: own.inputs(2), wrt: ['x', 'one.y', 'one.W_n', 'two.R_u', 'head.b'] };
    checkDerivatives(batch, 1, 'order 1');
    checkDerivatives(gradientOf(batch, new Random(2)), 2, 'derivative of vjp');
    checkDerivatives(tangentOf(batch, new Random(3)), 3, 'derivative of jvp');
  });

  it('is zero where no sequence has steps, and so are its gradients', () => {
    const graph = batchStage(model, { lengths: true });
    const wrt = [...graph.inputs].filter(([, { type }]) => type.dtype === 'real').map(([name]) => name);
    const gradients = vjp(graph, { wrt, cotangents: new Map([['loss', 'd.loss']]), gradientName: (name) => `grad.${name}` });
    const values = evaluate(gradients, new Map([...own.inputs(3), ['d.loss', tensor([], [1])], ['lengths', tensor([lengths.length], lengths.map(() => 0))]]), own.sizes);
    for (const name of ['loss', 'x', 'one.y', ...model.parameters.keys()]) {
      const { data } = tensorNamed(values, name === 'loss' ? name : `grad.${name}`);
      expect(data.every((value) => value === 0), name).toBe(true);
    }
  });
});
