import { batchStage, binaryCrossEntropy, huberLoss, meanAbsoluteError, meanSquaredError, scaleLoss, softmaxCrossEntropy } from 'cellwright';
import type { LossOptions, ModelDefinition } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { checkDerivatives } from '../support/derivatives.js';
import { Random } from '../support/random.js';
import { randomTensor, shapeOf, tensor } from '../support/tensors.js';
import { classModel, lossAt, lossModel } from './loss-at.js';

type Build = (weighted: boolean, options?: LossOptions) => ModelDefinition;

const real = (make: typeof meanSquaredError): Build => (weighted, options = {}) =>
  lossModel((prediction, target, weights) => make(prediction, target, weighted ? { ...options, weights } : options));

const classes: Build = (weighted, options = {}) =>
  classModel((logits, target, weights) => softmaxCrossEntropy(logits, target, weighted ? { ...options, weights } : options));

const losses: readonly (readonly [string, Build])[] = [
  ['the mean squared error', real(meanSquaredError)],
  ['the mean absolute error', real(meanAbsoluteError)],
  ['the Huber loss', real((prediction, target, options) => huberLoss(prediction, target, { delta: 0.4, ...options }))],
  ['the binary cross-entropy', real(binaryCrossEntropy)],
  ['the softmax cross-entropy', classes],
];

const isClasses = (build: Build): boolean => build === classes;

/** Three steps of two examples with three elements each. */
const rows = [[[0.3, -1.2, 2], [0.7, 0.1, -0.4]], [[1, 0, -1], [0.25, 3, -2]], [[-0.5, 0.6, 0.9], [2, -1, 0]]];
const targetsOf = (build: Build): readonly (readonly unknown[])[] =>
  isClasses(build) ? [[2, 0], [1, 1], [0, 2]] : [[[1, 0, 0], [0, 1, 1]], [[0, 0, 1], [1, 1, 0]], [[1, 1, 1], [0, 0, 0]]];

describe.each(losses)('%s', (_, build) => {
  const target = targetsOf(build);
  const single = (t: number, b: number): number => lossAt(build(false), { prediction: [[rows[t]?.[b] ?? []]], target: [[target[t]?.[b]]] }).loss;

  it.each([false, true])('has the derivatives that finite differences have (weights: %s)', (weighted) => {
    for (const reduction of ['mean', 'sum'] as const) {
      const graph = batchStage(build(weighted, { reduction }));
      const sizes = { T: 3, B: 2, O: 4 };
      const random = new Random(5);
      const inputs = new Map([...graph.inputs].map(([name, { type }]) => {
        const shape = shapeOf(type, sizes);
        if (name === 'target') return [name, type.dtype === 'index' ? tensor(shape, [0, 3, 2, 2, 1, 0]) : randomTensor(random, shape, [0, 1])];
        return [name, randomTensor(random, shape, name === 'weights' ? [0.5, 2] : [-2, 2])];
      }));
      checkDerivatives({ graph: graph.withOutputs(new Map([['loss', graph.output('loss')]])), sizes, inputs, wrt: ['prediction'] }, 3, reduction);
    }
  });

  it('averages over steps and examples, or adds up', () => {
    const each = [0, 1, 2].flatMap((t) => [0, 1].map((b) => single(t, b)));
    const sum = each.reduce((total, loss) => total + loss, 0);
    expect(lossAt(build(false), { prediction: rows, target }).loss).toBeCloseTo(sum / 6, 13);
    const elements = isClasses(build) ? 1 : 3;
    expect(lossAt(build(false, { reduction: 'sum' }), { prediction: rows, target }).loss).toBeCloseTo(sum * elements, 12);
  });

  it('counts each step by its weight', () => {
    const weights = [[1, 0], [0.5, 2], [0, 3]];
    const total = weights.flatMap((row, t) => row.map((weight, b) => weight * single(t, b))).reduce((sum, loss) => sum + loss, 0);
    const { loss, gradient } = lossAt(build(true), { prediction: rows, target, weights });
    expect(loss).toBeCloseTo(total / 6.5, 13);
    expect(gradient.slice(3, 6)).toEqual([0, 0, 0]);
  });

  it('is 0 with a gradient of 0 where nothing counts', () => {
    for (const options of [{}, { reduction: 'sum' }] as const) {
      const { loss, gradient } = lossAt(build(true, options), { prediction: rows, target, weights: [[0, 0], [0, 0], [0, 0]] });
      expect(loss).toBe(0);
      expect(gradient.every((value) => value === 0)).toBe(true);
    }
  });

  it('takes the steps before the end only', () => {
    const weights = [[1, 2], [NaN, 3], [NaN, NaN]];
    const lengths = [1, 2];
    const wild = rows.map((row, t) => row.map((values, b) => (t < (lengths[b] ?? 0) ? values : [NaN, Infinity, -1e300])));
    const mean = (single(0, 0) + single(0, 1) + single(1, 1)) / 3;
    const plain = lossAt(build(false), { prediction: wild, target, lengths });
    expect(plain.loss).toBeCloseTo(mean, 13);
    expect(plain.gradient.slice(6, 9).concat(plain.gradient.slice(12)).every((value) => value === 0)).toBe(true);
    const weighted = lossAt(build(true), { prediction: wild, target, lengths, weights });
    expect(weighted.loss).toBeCloseTo((single(0, 0) + 2 * single(0, 1) + 3 * single(1, 1)) / 6, 13);
    const elements = isClasses(build) ? 1 : 3;
    expect(lossAt(build(false, { reduction: 'sum' }), { prediction: wild, target, lengths }).loss).toBeCloseTo(3 * elements * mean, 12);
    expect(lossAt(build(true), { prediction: wild, target, lengths: [0, 0], weights })).toEqual({ loss: 0, gradient: new Array(18).fill(0) });
  });

  it('stays finite at extreme predictions', () => {
    const { loss, gradient } = lossAt(build(false), { prediction: [[[1e4, -1e4, 1e4]]], target: isClasses(build) ? [[1]] : [[[0, 1, 1]]] });
    expect(Number.isFinite(loss)).toBe(true);
    expect(loss).toBeGreaterThan(1e3);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

const alone = (make: typeof meanSquaredError, prediction: number, target: number) => lossAt(real(make)(false), { prediction: [[[prediction]]], target: [[[target]]] });

describe('the mean absolute error', () => {
  it('is the distance, with the slope of its sign', () => {
    expect(alone(meanAbsoluteError, -2, 1)).toEqual({ loss: 3, gradient: [-1] });
    expect(alone(meanAbsoluteError, 1, 1)).toEqual({ loss: 0, gradient: [0] });
  });
});

describe('the Huber loss', () => {
  const huber = (delta: number): typeof meanSquaredError => (prediction, target) => huberLoss(prediction, target, { delta });

  it.each([
    [0.25, 0.03125, 0.25],
    [-0.5, 0.125, -0.5],
    [2, 0.5 * (2 - 0.25), 0.5],
    [-3, 0.5 * (3 - 0.25), -0.5],
    [1e4, 0.5 * (1e4 - 0.25), 0.5],
  ])('of the error %d is %d', (error, loss, slope) => {
    expect(alone(huber(0.5), error, 0)).toEqual({ loss, gradient: [slope] });
  });

  it('has a δ of 1 unless told', () => {
    expect(alone((prediction, target) => huberLoss(prediction, target), 3, 0)).toEqual({ loss: 2.5, gradient: [1] });
  });

  it.each([0, -1, NaN, Infinity])('refuses a δ of %d', (delta) => {
    expect(() => alone(huber(delta), 1, 0)).toThrow(`delta must be a positive number, not ${String(delta)}`);
  });
});

describe('the binary cross-entropy', () => {
  it.each([
    [0, 1, Math.LN2, -0.5],
    [0, 0, Math.LN2, 0.5],
    [0, 0.5, Math.LN2, 0],
    [1e4, 1, 0, 0],
    [-1e4, 0, 0, 0],
    [1e4, 0, 1e4, 1],
    [-1e4, 1, 1e4, -1],
  ])('of the logit %d for the target %d is %d', (logit, target, loss, slope) => {
    const found = alone(binaryCrossEntropy, logit, target);
    expect(found.loss).toBeCloseTo(loss, 14);
    expect(found.gradient[0]).toBeCloseTo(slope, 14);
  });

  it('keeps the digits of a small loss under a large logit', () => {
    expect(alone(binaryCrossEntropy, 100, 1).loss / Math.exp(-100)).toBeCloseTo(1, 13);
    expect(alone(binaryCrossEntropy, -100, 0).loss / Math.exp(-100)).toBeCloseTo(1, 13);
  });
});

describe('the ignored index of the softmax cross-entropy', () => {
  const ignoring = (ignoredIndex: number) => classModel((logits, target) => softmaxCrossEntropy(logits, target, { ignoredIndex }));

  it.each([-100, 1])('of %d leaves its steps out', (ignored) => {
    const target = [[2, ignored], [ignored, 0], [0, 2]];
    const counted = lossAt(ignoring(ignored), { prediction: rows, target });
    const weighted = lossAt(classes(true), { prediction: rows, target: [[2, 0], [0, 0], [0, 2]], weights: [[1, 0], [0, 1], [1, 1]] });
    expect(counted.loss).toBeCloseTo(weighted.loss, 14);
    counted.gradient.forEach((slope, k) => { expect(slope).toBeCloseTo(weighted.gradient[k] ?? NaN, 14); });
    expect(counted.gradient.slice(3, 9)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('gives 0 and a gradient of 0 where all are ignored', () => {
    expect(lossAt(ignoring(-100), { prediction: [[[1e4, -1e4]]], target: [[-100]] })).toEqual({ loss: 0, gradient: [0, 0] });
  });

  it('is counted with weights and lengths', () => {
    const model = classModel((logits, target, weights) => softmaxCrossEntropy(logits, target, { ignoredIndex: -1, weights }));
    const given = { prediction: rows, target: [[2, -1], [-1, 0], [0, 7]], weights: [[1, 9], [9, 2], [3, NaN]], lengths: [3, 2] };
    const expected = lossAt(classes(true), { ...given, target: [[2, 0], [0, 0], [0, 0]], weights: [[1, 0], [0, 2], [3, NaN]] });
    expect(lossAt(model, given).loss).toBeCloseTo(expected.loss, 14);
  });

  it('is an integer', () => {
    expect(() => ignoring(0.5)).toThrow('ignoredIndex must be an integer, not 0.5');
  });
});

describe('several losses', () => {
  it('add up, each a mean of its own', () => {
    const both = lossModel((prediction, target, weights) => [meanSquaredError(prediction, target), scaleLoss(meanAbsoluteError(prediction, target, { weights }), 0.25)]);
    const target = targetsOf(real(meanSquaredError));
    const weights = [[1, 0], [0, 0], [0, 3]];
    const squared = lossAt(real(meanSquaredError)(false), { prediction: rows, target });
    const absolute = lossAt(real(meanAbsoluteError)(true), { prediction: rows, target, weights });
    const found = lossAt(both, { prediction: rows, target, weights });
    expect(found.loss).toBeCloseTo(squared.loss + 0.25 * absolute.loss, 13);
    found.gradient.forEach((slope, k) => { expect(slope).toBeCloseTo((squared.gradient[k] ?? NaN) + 0.25 * (absolute.gradient[k] ?? NaN), 13); });
  });
});

describe('weights', () => {
  it('have the leading axes of the loss', () => {
    expect(() => classModel((logits, target) => softmaxCrossEntropy(logits, target, { weights: logits }))).toThrow(
      'the weights of a loss have its leading axes; the loss is [T], the weights real [T, O]',
    );
  });

  it('may be one for each element', () => {
    const model = lossModel((prediction, target) => meanAbsoluteError(prediction, target, { weights: target }));
    expect(lossAt(model, { prediction: [[[5, 7]]], target: [[[1, 3]]] }).loss).toBe((1 * 4 + 3 * 4) / 4);
  });
});
