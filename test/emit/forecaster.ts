import { defineModel, dense, meanSquaredError, sequence, vanillaLstm } from 'cellwright';

/** An LSTM with a linear head and a loss: what the modules of models are tested with. */
export const forecaster = defineModel('forecaster', { dims: ['I', 'H', 'O'], inputs: { x: ['T', 'I'] }, targets: { target: ['T', 'O'] } }, ({ x, target }) => {
  const { outputs } = sequence(vanillaLstm, { x });
  const prediction = dense('dense', 'O', outputs.y);
  return { outputs: { prediction }, loss: meanSquaredError(prediction, target) };
});
