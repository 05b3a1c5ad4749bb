import { adam, defineModel, dense, sequence, softmaxCrossEntropy, vanillaLstm } from 'cellwright';
import type { Expression } from 'cellwright';

/** Two vanilla LSTMs, one above the other: what a small model of characters spends its time on. */
export const characterModel = defineModel('characterModel', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => ({ outputs: { y: twoLayers(x) } }));

/** The same with a head for the next character and its loss: what is trained. */
export const characterTrainer = defineModel(
  'characterTrainer',
  { dims: ['I', 'H'], inputs: { x: ['T', 'I'] }, targets: { target: { shape: ['T'], dtype: 'index' } } },
  ({ x, target }) => {
    const y = twoLayers(x);
    return { outputs: { y }, loss: softmaxCrossEntropy(dense('head', 'I', y), target) };
  },
);

export const characterOptimizer = adam({ clipNorm: 1 });

function twoLayers(x: Expression<readonly ['T', 'I']>): Expression<readonly ['T', 'H']> {
  const below = sequence(vanillaLstm, { x }, { name: 'below' });
  return sequence(vanillaLstm, { x: below.outputs.y }, { name: 'above' }).outputs.y;
}
