import { adam, defineModel, dense, embedding, gruV1, sequence, softmaxCrossEntropy } from 'cellwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { compiled, targets } from './compiled-module.js';
import type { AnyModule, CompiledModule, Named } from './compiled-module.js';

const index = { shape: ['T'], dtype: 'index' } as const;
const definition = defineModel('tagger', { dims: ['V', 'H', 'O'], inputs: { tokens: index }, targets: { target: index, weights: ['T'] } }, ({ tokens, target, weights }) => {
  const logits = dense('head', 'O', sequence(gruV1, { x: embedding('embed', tokens, { vocabulary: 'V', width: 'H' }) }, { dims: { I: 'H' }, initialState: 'learned' }).outputs.y);
  return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target, { weights, ignoredIndex: -1 }) };
});
const optimizer = adam({ clipNorm: 1 });
const sizes = { V: 5, H: 3, O: 4 };
const steps = 3;
const batchSize = 2;
const lengths = [3, 2];
const batch = {
  tokens: Float64Array.of(0, 4, 1, 2, 3, 0),
  target: Float64Array.of(3, 0, -1, 1, 2, 0),
  weights: Float64Array.of(1, 1, 0.5, 2, 1, 1),
};
const learningRate = 0.1;
const replaced = (values: Float64Array, at: number, value: number): Float64Array => values.map((own, k) => (k === at ? value : own));

type Mistake = readonly [what: string, batch: Named, options: object, error: new (...values: never[]) => Error, message: string];
const mistakes: readonly Mistake[] = [
  ['an empty batch', { ...batch, tokens: new Float64Array(0) }, {}, RangeError, 'examples.tokens must have a multiple of 2 elements, not 0'],
  ['a batch of no rows', batch, { batchSize: 0 }, RangeError, 'batchSize must be an integer from 1 to 2'],
  ['a token that is not in the table', { ...batch, tokens: replaced(batch.tokens, 2, 5) }, {}, RangeError, 'examples.tokens must have integers from 0 to 4, not 5'],
  ['half a token', { ...batch, tokens: replaced(batch.tokens, 0, 0.5) }, {}, RangeError, 'examples.tokens must have integers from 0 to 4, not 0.5'],
  ['a class that there is not', { ...batch, target: replaced(batch.target, 1, 4) }, {}, RangeError, 'examples.target must have integers from 0 to 3 or -1, not 4'],
  ['a negative class', { ...batch, target: replaced(batch.target, 0, -2) }, {}, RangeError, 'examples.target must have integers from 0 to 3 or -1, not -2'],
  ['targets of fewer steps', { ...batch, target: batch.target.subarray(0, 4) }, {}, RangeError, 'examples.target must have 6 elements, not 4'],
  ['weights of another shape', { ...batch, weights: new Float64Array(24) }, {}, RangeError, 'examples.weights must have 6 elements, not 24'],
  ['weights of another type', { ...batch, weights: new Float32Array(6) }, {}, TypeError, 'examples.weights must be a Float64Array'],
  ['no weights', { tokens: batch.tokens, target: batch.target }, {}, TypeError, 'examples.weights must be a Float64Array'],
  ['a length beyond the steps', batch, { lengths: [4, 1] }, RangeError, 'lengths must have integers from 0 to 3, not 4'],
  ['a negative length', batch, { lengths: Int32Array.of(1, -1) }, RangeError, 'lengths must have integers from 0 to 3, not -1'],
  ['too few lengths', batch, { lengths: [3] }, RangeError, 'lengths must have 2 elements'],
  ['a state of another shape', batch, { initialState: { y: new Float64Array(5) } }, RangeError, 'initialState.y must have 6 elements, not 5'],
  ['no learning rate', batch, { learningRate: undefined }, RangeError, 'learningRate must be a positive number, not undefined'],
  ['a learning rate that is no number', batch, { learningRate: NaN }, RangeError, 'learningRate must be a positive number, not NaN'],
  ['a learning rate of text', batch, { learningRate: '0.1' }, RangeError, 'learningRate must be a positive number, not 0.1'],
];

describe.each(targets)('a trainStep of the %s module', (target) => {
  let module: CompiledModule;
  beforeAll(async () => {
    module = await compiled({ definition, target, precision: 'float64', optimizer, lengths: true });
  });

  it.each(mistakes)('for %s says so, and changes nothing', (_, wrong, options, type, message) => {
    const own = module.create({ sizes, batchSize, maxSteps: steps });
    module.initialize(own, 2);
    own.trainStep(batch, { learningRate, lengths, carry: true });
    const bytes = Buffer.from(own.parameters.buffer).toString('latin1');
    const before = own.save({ state: true });
    const call = (): unknown => own.trainStep(wrong, { learningRate, lengths, carry: true, ...options });
    expect(call).toThrow(type);
    expect(call).toThrow(message);
    expect(Buffer.from(own.parameters.buffer).toString('latin1') === bytes).toBe(true);
    expect(own.save({ state: true })).toEqual(before);
    // It goes on as if nothing had been.
    const other: AnyModule = module.create({ sizes, batchSize, maxSteps: steps });
    other.load(before);
    expect(own.trainStep(batch, { learningRate, lengths, carry: true })).toEqual(other.trainStep(batch, { learningRate, lengths, carry: true }));
    expect(own.parameters).toEqual(other.parameters);
  });
});
