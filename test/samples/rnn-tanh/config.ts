import type { ModuleConfiguration } from 'cellwright';
import { definition } from './cell.js';

export const configuration: ModuleConfiguration = { definition };
