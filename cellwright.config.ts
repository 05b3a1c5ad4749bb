import {
  adam,
  convLstm1d,
  defineConfig,
  fullPeepholeLstm,
  fullPeepholeLstmOprev,
  gruV1,
  gruV3,
  layerNormLstm,
  lstmp,
  mlstm,
  mogrifierLstm,
  npLstm,
  rnnTanh,
  slstm,
  vanillaLstm,
} from 'cellwright';
import { characterModel } from './examples/character-model/model.js';
import { digitClassifier } from './examples/digits/model.js';
import { co2Forecaster } from './examples/mauna-loa/model.js';

export default defineConfig({
  output: 'generated',
  modules: [
    { definition: vanillaLstm },
    { definition: vanillaLstm, target: 'wasm', math: 'fast', fileName: 'vanilla-lstm-wasm' },
    { definition: fullPeepholeLstm },
    { definition: fullPeepholeLstmOprev },
    { definition: npLstm },
    { definition: gruV1 },
    { definition: gruV3 },
    { definition: rnnTanh },
    { definition: lstmp },
    { definition: layerNormLstm },
    { definition: slstm },
    { definition: mlstm },
    { definition: mogrifierLstm },
    { definition: convLstm1d },
    { definition: co2Forecaster, sizes: { I: 3, H: 32, O: 12 }, optimizer: adam({ clipNorm: 1 }) },
    {
      definition: characterModel,
      sizes: { P: 96 ** 2, E: 64, H: 128, V: 96 },
      target: 'wasm',
      math: 'fast',
      optimizer: adam({ clipNorm: 1 }),
    },
    {
      definition: digitClassifier,
      sizes: { I: 28, H: 64, O: 10 },
      lengths: true,
      target: 'wasm',
      math: 'fast',
      optimizer: adam({ clipNorm: 1 }),
    },
  ],
});
