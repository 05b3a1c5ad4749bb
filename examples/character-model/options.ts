import { parseArgs } from 'node:util';

export interface Options {
  readonly seed: number;
  /** Of the samples. */
  readonly temperature: number;
  /** How many characters are learnt from. */
  readonly characters: number;
}

/**
 * What the command line says.
 *
 * @throws Error for an option that does not exist or makes no sense
 */
export function optionsFrom(argv: string[], defaults: Options): Options {
  const { values } = parseArgs({ args: argv, options: { seed: { type: 'string' }, temperature: { type: 'string' }, characters: { type: 'string' } } });
  const number = (name: keyof Options, fits: (value: number) => boolean, wanted: string, unit = 1): number => {
    const given = values[name];
    if (given === undefined) return defaults[name];
    const value = given.trim() === '' ? NaN : Number(given);
    if (!fits(value)) throw new Error(`--${name} takes ${wanted}, not '${given}'`);
    return value * unit;
  };
  return {
    seed: number('seed', (value) => Number.isInteger(value) && value >= 0 && value < 1e9, 'a whole number of at most nine digits'),
    temperature: number('temperature', (value) => value > 0 && value < Infinity, 'a positive number'),
    characters: number('characters', (value) => value >= 0.1 && value < 1e4, 'millions, at least 0.1', 1e6),
  };
}
