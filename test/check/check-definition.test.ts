import { add, affine, clipCotangent, defineCell, defineModel, dense, embedding, meanSquaredError, mul, select, sequence, sigmoid, softmaxCrossEntropy, stopGradient, tanh, vanillaLstm, greater, sub } from 'cellwright';
import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.js';
import type { CheckResult } from '../../src/check/check-definition.js';

const failed = ({ rows }: CheckResult): string[] => rows.flatMap(({ name, passed }) => (passed ? [] : [name]));

const rateAgainstDifferences = 'gradients (vjp) against central differences';
const directionAgainstDifferences = 'derivatives (jvp) against central differences';

describe('checkDefinition', () => {
  it('passes a cell of the library', async () => {
    const result = await checkDefinition(vanillaLstm);
    expect(failed(result)).toEqual([]);
    expect(result.passed).toBe(true);
    for (const target of ['TypeScript', 'WebAssembly']) expect(result.rows.filter(({ name }) => name.endsWith(`: ${target} against interpreter`))).toHaveLength(3);
    for (const { error, tolerance } of result.rows) expect(error).toBeLessThan(tolerance);
  });

  it('passes models with losses, look-ups and targets', async () => {
    const reader = defineModel(
      'reader',
      { dims: ['V', 'E', 'H'], inputs: { token: { shape: ['T'], dtype: 'index' } }, targets: { next: { shape: ['T'], dtype: 'index' } } },
      ({ token, next }) => {
        const { outputs } = sequence(vanillaLstm, { x: embedding('tokens', token, { vocabulary: 'V', width: 'E' }) });
        const logits = dense('dense', 'V', outputs.y);
        return { outputs: { logits }, loss: softmaxCrossEntropy(logits, next) };
      },
    );
    expect(failed(await checkDefinition(reader))).toEqual([]);
    const follower = defineModel('follower', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'I'] } }, ({ x, target }) => {
      const prediction = dense('dense', 'I', sequence(vanillaLstm, { x }).outputs.y);
      return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
    });
    expect(failed(await checkDefinition(follower))).toEqual([]);
  });

  it('is not misled by kinks', async () => {
    const kinked = defineCell('kinked', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
      const sum = affine('', 'H', { W: x, R: y });
      const yNext = select(greater(sum, 0.2), tanh(sum), mul(0.3, sub(sum, 1)));
      return { next: { y: yNext }, outputs: { y: yNext } };
    });
    for (let seed = 1; seed <= 5; seed++) expect(failed(await checkDefinition(kinked, { seed }))).toEqual([]);
  });

  it('fails where a path is hidden from the gradient', async () => {
    const wrong = defineCell('wrong', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
      const gate = sigmoid(affine('g', 'H', { W: x, R: stopGradient(y) }));
      const yNext = add(mul(gate, y), x);
      return { next: { y: yNext }, outputs: { y: yNext } };
    });
    const result = await checkDefinition(wrong);
    expect(result.passed).toBe(false);
    expect(failed(result)).toEqual(expect.arrayContaining([rateAgainstDifferences, directionAgainstDifferences]));
    expect(result.gradientMarkers).toEqual(['stopGradient']);
    expect(result.rows.find(({ name }) => name === rateAgainstDifferences)?.at).toMatch(/^[A-Za-z_.]+\[/);
  });

  it('fails where a gradient is cut off altogether, and is absent', async () => {
    const deaf = defineCell('deaf', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
      const yNext = tanh(add(y, stopGradient(affine('', 'H', { W: x }))));
      return { next: { y: yNext }, outputs: { y: yNext } };
    });
    expect(failed(await checkDefinition(deaf))).toEqual(expect.arrayContaining([rateAgainstDifferences, directionAgainstDifferences]));
  });

  it('fails where clipping on the way back sets in, which forward mode does not see', async () => {
    const clipped = defineCell('clipped', { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } }, ({ x, y }) => {
      const yNext = tanh(affine('', 'H', { W: x, R: clipCotangent(y, 1e-3) }));
      return { next: { y: yNext }, outputs: { y: yNext } };
    });
    const result = await checkDefinition(clipped);
    expect(failed(result)).toContain('⟨u, Jv⟩ (jvp) against ⟨Jᵀu, v⟩ (vjp)');
    expect(failed(result)).not.toContain(directionAgainstDifferences);
    expect(result.gradientMarkers).toEqual(['clipCotangent']);
  });

  it('draws sizes that are all different, the same for one seed', async () => {
    const { sizes } = await checkDefinition(vanillaLstm, { seed: 5 });
    expect(Object.keys(sizes).sort()).toEqual(['B', 'H', 'I', 'T']);
    expect(new Set(Object.values(sizes)).size).toBe(4);
    const again = await checkDefinition(vanillaLstm, { seed: 5 });
    expect(again).toEqual(await checkDefinition(vanillaLstm, { seed: 5 }));
    expect(again.sizes).toEqual(sizes);
  });

  it('keeps the sizes given', async () => {
    const { sizes, passed } = await checkDefinition(vanillaLstm, { sizes: { H: 3, B: 1, T: 1 } });
    expect(sizes).toMatchObject({ H: 3, B: 1, T: 1 });
    expect(sizes['I']).not.toBe(3);
    expect(passed).toBe(true);
  });
});
