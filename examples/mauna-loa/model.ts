import { defineModel, dense, meanSquaredError, sequence, vanillaLstm, zeros } from 'cellwright';

/**
 * A vanilla LSTM with a linear head of `O` forecasts at every step. The head starts at zero, so an untrained network adds
 * nothing to the baseline that it corrects (but the mean correction of the training period).
 */
export const co2Forecaster = defineModel(
  'co2Forecaster',
  { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'O'] } },
  ({ x, target }) => {
    const { outputs } = sequence(vanillaLstm, { x }); // outputs.y: [T, H]
    const prediction = dense('dense', 'O', outputs.y, { weights: zeros }); // [T, O]
    return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
  },
);
