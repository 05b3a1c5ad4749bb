import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCharacterModel } from '../../generated/character-model.js';
import { randomStream } from '../random.js';
import { table } from '../table.js';
import { decode } from './alphabet.js';
import { loadBrown } from './corpus.js';
import { Evaluation } from './evaluation.js';
import { sharedValues } from './exchange.js';
import { bitsOf, countNGrams } from './n-gram.js';
import { optionsFrom } from './options.js';
import { plot } from './plot.js';
import { trainingDisplay } from './progress.js';
import { allowRelaxedSimd } from './relaxed-simd.js';
import { sample } from './sampling.js';
import { countPredicted, splitDocuments } from './split.js';
import { charactersPerUpdate } from './thread.js';
import { train } from './training.js';

const order = 5;
const learningRate = 6e-3;
const measurements = 12;

const started = performance.now();
const { seed, temperature, characters } = optionsFrom(process.argv.slice(2), { seed: 1, temperature: 0.7, characters: 12e6 });
allowRelaxedSimd();

const { training, validation, test } = splitDocuments(loadBrown());
const parts = Object.entries({ training, validation, test }).map(([name, texts]) => `${texts.length} for ${name} (${countPredicted(texts)} characters)`);
console.log(`The Brown corpus, documents: ${parts.join(', ')}`);

const fiveGrams = countNGrams(training, order);
const baseline = { name: `${order}-grams, Kneser-Ney`, validation: bitsOf(fiveGrams, validation), test: bitsOf(fiveGrams, test) };
console.log(`${baseline.name}: ${baseline.validation.toFixed(3)} bits per character on validation\n`);

const { length } = createCharacterModel().parameters;
const updates = Math.round(characters / charactersPerUpdate);
const plan = { texts: training, updates, learningRate, seed, shared: sharedValues(length) };
console.log(`training ${length} parameters on ${(characters / 1e6).toFixed(1)} million characters in two threads; seed ${seed}`);
const display = trainingDisplay(updates * charactersPerUpdate, process.stdout.isTTY);
const { parameters, curve } = await train(plan, new Evaluation(validation), measurements, display.report);
display.stop();

const last = curve.at(-1);
const network = { name: 'two LSTMs', validation: last?.validation ?? NaN, test: new Evaluation(test).bitsOf(parameters) };
console.log(`\n${Math.round(last?.speed ?? NaN)} characters learnt from per second\n\nBits per character\n`);
console.log(table(['model', 'validation', 'test'], [baseline, network].map((model) => [model.name, model.validation.toFixed(3), model.test.toFixed(3)])));
const gain = 1 - network.test / baseline.test;
console.log(`\nOn the test the network needs ${(100 * Math.abs(gain)).toFixed(1)} % ${gain > 0 ? 'less' : 'MORE'} than the ${order}-grams.\n`);

const random = randomStream(seed);
console.log(`Samples at temperature ${temperature}\n`);
for (let k = 0; k < 3; k++) console.log(`  ${decode(sample(parameters, 240, temperature, random)).replaceAll('\n', '\n  ')} …\n`);

const picture = fileURLToPath(new URL('learning.svg', import.meta.url));
writeFileSync(picture, plot(curve, baseline));
console.log(`wrote ${picture} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
