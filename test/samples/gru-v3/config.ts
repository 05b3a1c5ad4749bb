import type { ModuleConfiguration } from 'cellwright';
import { definition } from './cell.js';

/** With sizes that are known when the module is built, for running it only. */
export const configuration: ModuleConfiguration = { definition, sizes: { I: 8, H: 16 }, forwardOnly: true, math: 'fast' };
