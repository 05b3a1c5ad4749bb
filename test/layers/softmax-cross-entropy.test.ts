import { batchStage, DeclarationError, defineModel, evaluate, softmaxCrossEntropy, vjp } from 'cellwright';
import { describe, expect, it } from 'vitest';

const model = defineModel(
  'classifier',
  { dims: ['O'], inputs: { logits: ['T', 'O'] }, targets: { target: { shape: ['T'], dtype: 'index' } } },
  ({ logits, target }) => ({ outputs: { logits }, loss: softmaxCrossEntropy(logits, target) }),
);

/** One example: a row of logits for each step. */
function lossAndGradient(logits: readonly (readonly number[])[], target: readonly number[]): { loss: number; gradient: number[] } {
  const graph = vjp(batchStage(model), { wrt: ['logits'], cotangents: new Map([['loss', 'dLoss']]), gradientName: () => 'gradient' });
  const sizes = { T: logits.length, B: 1, O: logits[0]?.length ?? 0 };
  const outputs = evaluate(
    graph,
    new Map([
      ['logits', { shape: [sizes.T, 1, sizes.O], data: Float64Array.from(logits.flat()) }],
      ['target', { shape: [sizes.T, 1], data: Float64Array.from(target) }],
      ['dLoss', { shape: [], data: Float64Array.of(1) }],
    ]),
    sizes,
  );
  return { loss: outputs.get('loss')?.data[0] ?? NaN, gradient: [...(outputs.get('gradient')?.data ?? [])] };
}

describe('softmaxCrossEntropy', () => {
  it('is the logarithm of the number of classes where all logits are equal', () => {
    const { loss, gradient } = lossAndGradient([[5, 5, 5, 5]], [2]);
    expect(loss).toBeCloseTo(Math.log(4), 14);
    expect(gradient).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  it('averages over the steps', () => {
    const { loss } = lossAndGradient([[0, 0], [0, Math.log(3)]], [0, 1]);
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 14);
  });

  it('does not overflow', () => {
    const { loss, gradient } = lossAndGradient([[1e5, 0, -1e5]], [1]);
    expect(loss).toBe(1e5);
    expect(gradient).toEqual([1, -1, 0]);
  });

  it('keeps the digits of a small loss under large logits', () => {
    expect(lossAndGradient([[1000, 980]], [0]).loss / Math.exp(-20)).toBeCloseTo(1, 6);
  });

  it('gives a class with a logit of -∞ no probability and no gradient', () => {
    const { loss, gradient } = lossAndGradient([[1, -Infinity, 1]], [0]);
    expect(loss).toBeCloseTo(Math.log(2), 14);
    expect(gradient).toEqual([-0.5, 0, 0.5]);
  });

  it('wants class numbers as the target', () => {
    const withTarget = (shape: readonly ('T' | 'O')[], dtype: 'index' | 'real') => () =>
      defineModel(
        'wrong',
        { dims: ['O'], inputs: { logits: ['T', 'O'] }, targets: { target: dtype === 'index' ? { shape, dtype } : shape } },
        ({ logits, target }) => ({ outputs: { logits }, loss: softmaxCrossEntropy(logits, target as Parameters<typeof softmaxCrossEntropy<['T']>>[1]) }),
      );
    expect(withTarget(['T'], 'index')).not.toThrow();
    expect(withTarget(['T'], 'real')).toThrow(DeclarationError);
    expect(withTarget(['T', 'O'], 'index')).toThrow(/needs logits \[…, O\] and a target/);
  });
});
