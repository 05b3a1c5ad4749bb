import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from './user-error.js';

export const configurationNames = ['cellwright.config.ts', 'cellwright.config.js', 'cellwright.config.mjs'] as const;

/** The configuration file that is asked for, or the nearest one in a folder and those above. Throws a `UserError`. */
export function findConfiguration(folder: string, asked?: string): string {
  if (asked !== undefined) {
    const file = resolve(folder, asked);
    if (existsSync(file)) return file;
    throw new UserError('there is no such configuration file', { file });
  }
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = configurationNames.map((name) => join(at, name)).find(existsSync);
    if (file !== undefined) return file;
    if (dirname(at) === at) {
      throw new UserError(`there is no ${configurationNames[0]} (or .js, .mjs) in ${folder} or in a folder above it; --config names one`);
    }
  }
}
