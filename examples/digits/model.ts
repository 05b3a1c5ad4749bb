import { bidirectional, bothEnds, defineModel, dense, npLstm, softmaxCrossEntropy } from 'cellwright';

/**
 * Two LSTMs that read the rows of a picture, one from the first row down and one from the last row up, and a layer of `O` logits that is
 * given what each says at its end. With lengths, the one that reads up starts at the last row that there is.
 */
export const digitClassifier = defineModel(
  'digitClassifier',
  {
    dims: ['I', 'H', 'O'],
    inputs: { rows: ['T', 'I'] },
    targets: { digit: { shape: [], dtype: 'index' } },
  },
  ({ rows, digit }) => {
    const both = bidirectional(npLstm, rows); // [T, 2H]
    const logits = dense('dense', 'O', bothEnds(both)); // [O]
    return { outputs: { logits }, loss: softmaxCrossEntropy(logits, digit) };
  },
);
