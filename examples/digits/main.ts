import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createDigitClassifier } from '../../generated/digit-classifier.js';
import { randomStream } from '../random.js';
import { seedFrom } from '../seed.js';
import { batchSize, classify } from './classifier.js';
import { cutAtRandom } from './cutting.js';
import { loadDigits, side } from './data.js';
import { nearestNeighbours } from './nearest-neighbour.js';
import { plot } from './plot.js';
import { epochProgress } from '../epoch-progress.js';
import { resultTable } from './report.js';
import type { Contender } from './report.js';
import { splitPictures } from './split.js';
import { train } from './training.js';

const epochs = 30;
const learningRate = 4e-3;
/** Says how the pictures of validation and test are cut: the same for every seed of the training. */
const cuttingSeed = 2024;

const started = performance.now();
const seed = seedFrom(process.argv.slice(2));

const { training, validation, test } = splitPictures(loadDigits());
const cutting = randomStream(cuttingSeed);
const [cutValidation, cutTest] = [cutAtRandom(validation, cutting), cutAtRandom(test, cutting)];
console.log(`${training.length} handwritten digits to learn from, ${validation.length} for validation, ${test.length} for the test; seed ${seed}`);

const model = createDigitClassifier({ batchSize, maxSteps: side });
const progress = epochProgress(epochs, (validation) => `${(100 * validation).toFixed(1)} %`, process.stdout.isTTY);
train(model, training, cutValidation, { epochs, learningRate, seed }, progress.report);
progress.stop();

const contenders: readonly Contender[] = [
  { name: 'nearest neighbour', readings: nearestNeighbours(training, cutTest) },
  { name: 'bidirectional LSTM', readings: classify(model, cutTest) },
];
console.log(`\nTest digits that are read right\n\n${resultTable(cutTest, contenders)}\n`);

const picture = fileURLToPath(new URL('digits.svg', import.meta.url));
writeFileSync(picture, plot(cutTest, contenders));
console.log(`wrote ${picture} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
