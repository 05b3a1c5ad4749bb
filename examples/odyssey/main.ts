import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadExamples, stepPixels, steps } from './data.js';
import { build } from './network.js';
import { plot } from './plot.js';
import { runProgress } from './progress.js';
import { percent, resultTable, verdict } from './report.js';
import type { Result } from './report.js';
import { spreadOf } from './statistics.js';
import { errorRate, train } from './training.js';
import { variants } from './variants.js';

const epochs = 8;
const learningRates = [0.003, 0.01, 0.03];
/** Chooses the learning rates, and takes no part in the results. */
const tuningSeed = 100;
const seeds = [1, 2, 3, 4, 5];

const started = performance.now();
const { training, validation, test } = loadExamples();
console.log(`${training.length} pictures to learn from, ${validation.length} to choose the learning rate, ${test.length} to test; ${steps} steps of ${stepPixels} pixels`);
const networks = await build(variants());
console.log(networks.map(({ name, H, parameters }) => `${name}: H = ${H}, ${parameters} parameters`).join('\n'));

const progress = runProgress(networks.length * (learningRates.length + seeds.length), process.stdout.isTTY);
const results = networks.map((variant): Result => {
  const tried = learningRates.map((learningRate) => {
    train(variant, training, { epochs, learningRate, seed: tuningSeed });
    const error = errorRate(variant.network, validation);
    progress.report(`${variant.name}, rate ${learningRate}: ${percent(error)} % on validation`);
    return { learningRate, error };
  });
  const { learningRate } = tried.reduce((best, each) => (each.error < best.error ? each : best));
  const runs = seeds.map((seed) => {
    train(variant, training, { epochs, learningRate, seed });
    const error = errorRate(variant.network, test);
    progress.report(`${variant.name}, seed ${seed}: ${percent(error)} % on test`);
    return error;
  });
  return { ...variant, learningRate, error: spreadOf(runs) };
});
progress.stop();

console.log(`\n${resultTable(results)}\n\n${verdict(results)}`);
const picture = fileURLToPath(new URL('errors.svg', import.meta.url));
writeFileSync(picture, plot(results));
console.log(`wrote ${picture} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
