import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCo2Forecaster } from '../../generated/co2-forecaster.js';
import { seedFrom } from '../seed.js';
import { persistence, seasonalNaive, seasonalNaiveWithDrift } from './baselines.js';
import type { ForecastMethod } from './baselines.js';
import { loadMaunaLoa, nameOf } from './data.js';
import type { MonthlyRecord } from './data.js';
import { fitScaling } from './features.js';
import { batchSize, forecastFrom } from './forecaster.js';
import { plot } from './plot.js';
import type { Contender } from './plot.js';
import { epochProgress } from '../epoch-progress.js';
import { resultTable, verdict } from './report.js';
import { score } from './score.js';
import { splitOrigins, windowMonths } from './split.js';
import { train } from './training.js';

const epochs = 30;
const learningRate = 3e-4;
const inputNoise = 0.5;

const started = performance.now();
const seed = seedFrom(process.argv.slice(2));

const record = loadMaunaLoa();
const split = splitOrigins(record);
const scaling = fitScaling(record, split.training);
const months = record.ppm.length;
const interpolated = record.observed.filter((observed) => !observed).length;
console.log(`Mauna Loa, ${span(0, months - 1)}: ${months} months, ${interpolated} of them interpolated and never scored`);
console.log(`training on ${split.training.length} windows of ${windowMonths} months, every target before 2000; seed ${seed}`);

const model = createCo2Forecaster({ batchSize, maxSteps: windowMonths });
const progress = epochProgress(epochs, (validation) => `${validation.toFixed(3)} ppm`, process.stdout.isTTY);
const kept = train(model, record, split, scaling, { epochs, learningRate, inputNoise, seed }, progress.report);
progress.stop();
console.log(`kept epoch ${kept.epoch}, the best on 2000 to 2009 (${kept.validation.toFixed(3)} ppm)\n`);

const forecasts = forecastFrom(model, record, split.test, scaling);
const drift = contender('seasonal naive with drift', seasonalNaiveWithDrift);
const lstm: Contender = { name: 'LSTM', score: score(record, forecasts) };
const contenders = [contender('persistence', persistence), contender('seasonal naive', seasonalNaive), drift, lstm];

console.log(`RMSE in ppm, from each of the ${split.test.length} origins ${span(split.test[0] ?? 0, split.test.at(-1) ?? 0)}\n`);
console.log(resultTable(contenders));
console.log(`\n${verdict(lstm, drift)}`);

const picture = fileURLToPath(new URL('forecast.svg', import.meta.url));
writeFileSync(picture, plot(record, forecasts, contenders));
console.log(`wrote ${picture} after ${((performance.now() - started) / 1000).toFixed(1)} s`);

function contender(name: string, method: ForecastMethod): Contender {
  return { name, score: score(record, forecastsOf(record, method)) };
}

function forecastsOf({ ppm }: MonthlyRecord, method: ForecastMethod): Map<number, Float64Array> {
  return new Map(split.test.map((origin) => [origin, method(ppm.subarray(0, origin + 1))]));
}

function span(first: number, last: number): string {
  return `${nameOf(record, first)} to ${nameOf(record, last)}`;
}
