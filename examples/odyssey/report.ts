import { table } from '../table.js';
import { differenceOf } from './statistics.js';
import type { Spread } from './statistics.js';
import type { Variant } from './variants.js';

/** What a variant has come to. */
export interface Result extends Variant {
  /** Chosen by validation. */
  readonly learningRate: number;
  /** Share of the test pictures that were misread, over the seeds. */
  readonly error: Spread;
}

export const percent = (share: number): string => (100 * share).toFixed(2);

export function resultTable(results: readonly Result[]): string {
  const [vanilla] = results;
  const rows = results.map((result) => {
    const { name, meaning, H, parameters, learningRate, error } = result;
    return [
      `${name}: ${meaning}`,
      String(H),
      String(parameters),
      String(learningRate),
      percent(error.mean),
      percent(error.deviation),
      vanilla === undefined || result === vanilla ? '' : against(result, vanilla),
    ];
  });
  return table(['variant', 'units', 'parameters', 'rate', 'error %', 'deviation', 'beside V'], rows);
}

function against({ error }: Result, vanilla: Result): string {
  const { difference, margin } = differenceOf(error, vanilla.error);
  const sign = difference < 0 ? '−' : '+';
  return `${sign}${percent(Math.abs(difference))} ± ${percent(margin)}${Math.abs(difference) <= margin ? ', noise' : ''}`;
}

/** Which variants differ from the vanilla LSTM by more than the seeds explain. */
export function verdict(results: readonly Result[]): string {
  const [vanilla, ...others] = results;
  if (vanilla === undefined) return '';
  const worse: string[] = [];
  const better: string[] = [];
  const same: string[] = [];
  for (const { name, error } of others) {
    const { difference, margin } = differenceOf(error, vanilla.error);
    (Math.abs(difference) <= margin ? same : difference > 0 ? worse : better).push(name);
  }
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return `worse than V: ${list(worse)}; better: ${list(better)}; within noise: ${list(same)}`;
}
