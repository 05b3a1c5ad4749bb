export { vanillaLstm } from './vanilla-lstm.js';
