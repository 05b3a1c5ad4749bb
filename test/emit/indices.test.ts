import { add, defineCell, defineModel, dense, embedding, gather, parameter, sequence, sgd, softmaxCrossEntropy, tanh, rnnTanh } from 'cellwright';
import { expect, it } from 'vitest';
import { compiled, targets } from './compiled-module.js';

const languageModel = defineModel(
  'languageModel',
  { dims: ['V', 'I', 'H'], inputs: { tokens: { shape: ['T'], dtype: 'index' } }, targets: { target: { shape: ['T'], dtype: 'index' } } },
  ({ tokens, target }) => {
    const { outputs } = sequence(rnnTanh, { x: embedding('words', tokens, { vocabulary: 'V', width: 'I' }) });
    const logits = dense('head', 'V', outputs.y);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target) };
  },
);

/** Looks up within the loop. */
const keyed = defineCell('keyed', { dims: ['V', 'H'], inputs: { key: { shape: [], dtype: 'index' } }, states: { y: ['H'] } }, ({ key, y }) => {
  const next = tanh(add(gather<readonly ['H']>(parameter('table', ['V', 'H']), key), y));
  return { next: { y: next }, outputs: { y: next } };
});

it.each(targets)('an index outside of its table is refused before anything is changed: %s', async (target) => {
  const { create, initialize } = await compiled({ definition: languageModel, target, sizes: { V: 5 }, optimizer: sgd() });
  const model = create({ sizes: { I: 3, H: 4 }, batchSize: 2, maxSteps: 3 });
  initialize(model, 1);
  const good = { tokens: Float32Array.of(0, 1, 2, 3, 4, 0), target: Float32Array.of(1, 2, 3, 4, 0, 0) };
  const { loss } = model.evaluate(good);
  expect(loss).toBeGreaterThan(0);
  const before = new Uint8Array(model.parameters.buffer).slice();
  for (const bad of [5, -1, 0.5, NaN, Infinity]) {
    const tokens = good.tokens.slice();
    tokens[4] = bad;
    expect(() => model.trainStep({ ...good, tokens }, { learningRate: 0.1 })).toThrow(new RangeError(`examples.tokens must have integers from 0 to 4, not ${String(bad)}`));
    expect(() => model.step({ tokens: Float32Array.of(0, bad) })).toThrow(RangeError);
  }
  expect(new Uint8Array(model.parameters.buffer)).toEqual(before);
});

it.each(targets)('the same within a loop: %s', async (target) => {
  const { create } = await compiled({ definition: keyed, target });
  const model = create({ sizes: { V: 3, H: 2 }, maxSteps: 2 });
  model.forward({ key: Float32Array.of(2, 0) });
  expect(() => model.forward({ key: Float32Array.of(2, 3) })).toThrow('inputs.key must have integers from 0 to 2, not 3');
});
