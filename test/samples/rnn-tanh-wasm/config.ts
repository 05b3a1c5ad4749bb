import type { ModuleConfiguration } from 'cellwright';
import { definition } from '../rnn-tanh/cell.js';

export const configuration: ModuleConfiguration = { definition, target: 'wasm', math: 'fast', fileName: 'rnn-tanh-wasm' };
