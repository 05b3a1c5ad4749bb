import { add, binaryCrossEntropy, broadcast, defineModel, parameter, softmaxCrossEntropy } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { compiled, targets } from './compiled-module.js';
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

/** One step of three logits; the loss and its gradient, by a bias of zero that is added to them. */
describe.each(targets)('logits of any size in the %s module', (target) => {
  const big = 1e4;
  const softmax: readonly (readonly [logits: readonly number[], right: number, loss: number, gradient: readonly number[]])[] = [
    [[big, 0, -big], 0, 0, [0, 0, 0]],
    [[big, 0, -big], 2, 2 * big, [1, 0, -1]],
    [[-big, -big, -big], 1, Math.log(3), [1 / 3, -2 / 3, 1 / 3]],
    [[big, big, big], 1, Math.log(3), [1 / 3, -2 / 3, 1 / 3]],
    [[0, 0, -Infinity], 0, Math.LN2, [-0.5, 0.5, 0]],
    [[1, -Infinity, -Infinity], 0, 0, [0, 0, 0]],
    [[0, 0, -Infinity], 2, Infinity, [0.5, 0.5, -1]],
  ];
  const binary: readonly (readonly [logit: number, target: number, loss: number, gradient: number])[] = [
    [big, 1, 0, 0],
    [big, 0, big, 1],
    [-big, 0, 0, 0],
    [-big, 1, big, -1],
    [0, 0.5, Math.LN2, 0],
  ];
  const bias = ['O'] as const;
  const choices = defineModel('choices', { dims: ['O'], inputs: { logits: ['T', 'O'] }, targets: { target: { shape: ['T'], dtype: 'index' } } }, ({ logits: given, target: right }) => {
    const moved = add(given, broadcast(parameter('b', bias), ['T', 'O']));
    return { outputs: {}, loss: softmaxCrossEntropy(moved, right) };
  });
  const answers = defineModel('answers', { dims: ['O'], inputs: { logits: ['T', 'O'] }, targets: { target: ['T', 'O'] } }, ({ logits: given, target: right }) => {
    const moved = add(given, broadcast(parameter('b', bias), ['T', 'O']));
    return { outputs: {}, loss: binaryCrossEntropy(moved, right) };
  });

  it.each(['float64', 'float32'] as const)('has the loss and the gradient of the limit: %s', async (precision) => {
    const array = precision === 'float64' ? Float64Array : Float32Array;
    const near = (found: number | undefined, expected: number, what: string): void => {
      if (!Number.isFinite(expected)) expect(found, what).toBe(expected);
      else expect(Math.abs((found ?? NaN) - expected), what).toBeLessThanOrEqual((precision === 'float64' ? 1e-13 : 1e-6) * Math.max(1, Math.abs(expected)));
    };
    const [first, second] = await Promise.all([choices, answers].map((definition) => compiled({ definition, target, precision })));
    const three = first?.create({ sizes: { O: 3 } });
    for (const [given, right, loss, gradient] of softmax) {
      const found = three?.valueAndGradient({ logits: array.from(given), target: array.of(right) });
      near(found?.loss, loss, `the loss at ${given.join()}`);
      gradient.forEach((slope, k) => { near(found?.gradients['b']?.[k], slope, `slope ${String(k)} at ${given.join()} for ${String(right)}`); });
    }
    const one = second?.create({ sizes: { O: 1 } });
    for (const [given, right, loss, slope] of binary) {
      const found = one?.valueAndGradient({ logits: array.of(given), target: array.of(right) });
      near(found?.loss, loss, `the loss at ${String(given)}`);
      near(found?.gradients['b']?.[0], slope, `the slope at ${String(given)} for ${String(right)}`);
    }
  });
});
