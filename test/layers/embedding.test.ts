import { batchStage, defineModel, embedding, evaluate, zeros } from 'cellwright';
import { describe, expect, it } from 'vitest';

const model = defineModel(
  'lookup',
  { dims: ['V', 'D'], inputs: { tokens: { shape: ['T'], dtype: 'index' } } },
  ({ tokens }) => ({ outputs: { rows: embedding('words', tokens, { vocabulary: 'V', width: 'D', weights: zeros }) } }),
);

describe('embedding', () => {
  it('gives each token its row', () => {
    const table = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
    const tokens = { shape: [2, 2], data: Float64Array.of(2, 0, 2, 1) };
    const outputs = evaluate(batchStage(model), new Map([['words.E', table], ['tokens', tokens]]), { T: 2, B: 2, V: 3, D: 2 });
    expect(outputs.get('out.rows')).toEqual({ shape: [2, 2, 2], data: Float64Array.of(5, 6, 1, 2, 5, 6, 3, 4) });
  });

  it('has one parameter, which starts out as told', () => {
    expect([...model.parameters.values()]).toMatchObject([{ name: 'words.E', initializer: zeros }]);
  });
});
