import { table } from '../table.js';
import { horizons } from './baselines.js';
import { valueAt } from './data.js';
import type { Contender } from './plot.js';

/** One line per contender: RMSE over all horizons and at the last one, ppm. */
export function resultTable(contenders: readonly Contender[]): string {
  const header = ['method', `months 1 to ${horizons}`, `month ${horizons}`];
  const rows = contenders.map(({ name, score }) => [name, score.overall.toFixed(3), atLastHorizon(score.byHorizon).toFixed(3)]);
  return table(header, rows);
}

/** Says whether the network forecast better than the baseline, whichever way it went. */
export function verdict(network: Contender, baseline: Contender): string {
  const gain = 1 - network.score.overall / baseline.score.overall;
  const lastGain = 1 - atLastHorizon(network.score.byHorizon) / atLastHorizon(baseline.score.byHorizon);
  const wins = gain > 0 && lastGain > 0;
  return (
    `${network.name} ${wins ? 'beats' : 'does NOT beat'} ${baseline.name}: error lower by ${percent(gain)} ` +
    `over all horizons, by ${percent(lastGain)} at ${horizons} months`
  );
}

function atLastHorizon(byHorizon: readonly number[]): number {
  return valueAt(byHorizon, horizons - 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
