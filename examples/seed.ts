import { parseArgs } from 'node:util';

/**
 * The seed of a run, from its arguments; 1 unless `--seed` is given.
 *
 * @throws Error for one that is no whole number
 */
export function seedFrom(argv: string[]): number {
  const { values } = parseArgs({ args: argv, options: { seed: { type: 'string', default: '1' } } });
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number of at most nine digits, not '${values.seed}'`);
  return Number(values.seed);
}
