import { defineModel, softmaxCrossEntropy } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { compiled } from './compiled-module.js';
import type { AnyModule } from './compiled-module.js';

const signature = { dims: ['O'], inputs: { logits: ['T', 'O'] }, targets: { target: { shape: ['T'], dtype: 'index' } } } as const;
const strict = defineModel('strict', signature, ({ logits, target }) => ({ outputs: {}, loss: softmaxCrossEntropy(logits, target) }));
const lenient = defineModel('lenient', signature, ({ logits, target }) => ({ outputs: {}, loss: softmaxCrossEntropy(logits, target, { ignoredIndex: -100 }) }));

const logits = Float64Array.of(1, 2, 3, 0, -1, 1, 1e4, 0, -1e4, 0.5, 0.25, 0);

async function created(definition: typeof strict, lengths: boolean): Promise<AnyModule> {
  const { create } = await compiled({ definition, precision: 'float64', lengths });
  return create({ sizes: { O: 3 }, batchSize: 2, maxSteps: 2 });
}

describe.each([false, true])('classes as targets of a module (lengths: %s)', (lengths) => {
  it.each([3, -1, 0.5, NaN, -100])('may not be %d', async (wrong) => {
    const module = await created(strict, lengths);
    expect(() => module.evaluate({ logits, target: Float64Array.of(0, 1, 2, wrong) })).toThrow(
      new RangeError(`examples.target must have integers from 0 to 2, not ${String(wrong)}`),
    );
  });

  it('may be the ignored index besides, where there is one', async () => {
    const module = await created(lenient, lengths);
    const kept = module.evaluate({ logits, target: Float64Array.of(-100, 1, 2, -100) }).loss;
    expect(kept).toBeCloseTo((2 + Math.log(1 + Math.exp(-1) + Math.exp(-2)) + 2e4) / 2, 9);
    expect(module.valueAndGradient({ logits, target: Float64Array.of(-100, -100, -100, -100) }).loss).toBe(0);
    expect(() => module.evaluate({ logits, target: Float64Array.of(0, 1, -100, 3) })).toThrow(
      new RangeError('examples.target must have integers from 0 to 2 or -100, not 3'),
    );
  });
});

it('does not look at classes behind the end of a sequence', async () => {
  for (const definition of [strict, lenient]) {
    const module = await created(definition, true);
    const target = Float64Array.of(0, 1, 99, 2);
    expect(module.evaluate({ logits, target }, { lengths: [1, 2] }).loss).toBe(module.evaluate({ logits, target: Float64Array.of(0, 1, 0, 2) }, { lengths: [1, 2] }).loss);
    expect(() => module.evaluate({ logits, target }, { lengths: [2, 1] })).toThrow('not 99');
  }
});
