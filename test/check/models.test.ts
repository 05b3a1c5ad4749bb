import { batchStage, defineModel, dense, embedding, gruV1, layerNormalization, npLstm, softmaxCrossEntropy, stack } from 'cellwright';
import { expect, it } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.js';

/** Most of what a model can have: tokens, different cells with a layer between them, learned starts, a loss with weights. */
const model = defineModel(
  'everything',
  { dims: ['V', 'D', 'H', 'O'], inputs: { tokens: { shape: ['T'], dtype: 'index' } }, targets: { target: { shape: ['T'], dtype: 'index' }, weights: ['T'] } },
  ({ tokens, target, weights }) => {
    const x = embedding('embed', tokens, { vocabulary: 'V', width: 'D' });
    const top = stack([npLstm, (value, name) => layerNormalization(name, value), gruV1], x, { initialState: 'learned', residual: true });
    const logits = dense('head', 'O', top);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, target, { weights }) };
  },
);

it('a whole model has the derivatives of both modes and the Hessian times a vector that differences have, on both targets', async () => {
  const { rows } = await checkDefinition(model, { sizes: { V: 5, D: 4, H: 3, O: 2, T: 2, B: 2 } });
  expect(rows.filter(({ passed }) => !passed)).toEqual([]);
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['Hessian times vector: TypeScript against interpreter', 'Hessian times vector: WebAssembly against interpreter', 'Hessian times vector against differences of gradients']));
  // What is learned is among it: the rows that are fresh start there.
  expect([...batchStage(model).inputs.keys()]).toEqual(expect.arrayContaining(['L0.c0', 'fresh.L0.c', 'L2.y0']));
});
