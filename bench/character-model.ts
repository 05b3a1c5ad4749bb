import { defineModel, sequence, vanillaLstm } from 'cellwright';

/** Two vanilla LSTMs, one above the other: what a small model of characters spends its time on. */
export const characterModel = defineModel('characterModel', { dims: ['I', 'H'], inputs: { x: ['T', 'I'] } }, ({ x }) => {
  const below = sequence(vanillaLstm, { x }, { name: 'below' });
  const above = sequence(vanillaLstm, { x: below.outputs.y }, { name: 'above' });
  return { outputs: { y: above.outputs.y } };
});
