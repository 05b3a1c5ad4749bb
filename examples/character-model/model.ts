import { add, defineModel, dense, embedding, npLstm, softmaxCrossEntropy, stack, zeros } from 'cellwright';
import { noCharacter } from './alphabet.js';

/**
 * A character is read together with the one before it, as one of `P` pairs. Two LSTMs, one above the other, go over their
 * embeddings; after each pair `[T]` there are the logits of the next character, `[T, V]`. To these a table adds what the pair
 * alone says, as a trigram model would (Mikolov et al. 2011, "Strategies for Training Large Scale Neural Network Language
 * Models"): the LSTMs are left with what takes more context. The loss is the mean of `-ln p(next character)`, nats.
 */
export const characterModel = defineModel(
  'characterModel',
  {
    dims: ['P', 'E', 'H', 'V'],
    inputs: { pairs: { shape: ['T'], dtype: 'index' } },
    targets: { next: { shape: ['T'], dtype: 'index' } },
  },
  ({ pairs, next }) => {
    const embedded = embedding('embed', pairs, { vocabulary: 'P', width: 'E' }); // [T, E]
    const hidden = stack([npLstm, npLstm], embedded); // [T, H]
    const fromContext = dense('dense', 'V', hidden, { weights: zeros }); // [T, V]
    const fromPair = embedding('trigram', pairs, { vocabulary: 'P', width: 'V', weights: zeros }); // [T, V]
    const logits = add(fromContext, fromPair);
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, next, { ignoredIndex: noCharacter }) };
  },
);
