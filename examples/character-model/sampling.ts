import { createCharacterModel } from '../../generated/character-model.js';
import type { RandomStream } from '../random.js';
import { alphabetSize, newline, pairAt } from './alphabet.js';

/**
 * Writes a text, character by character, from the beginning of a document on.
 *
 * @param temperature what the logits are divided by: below 1 likely characters become likelier, towards the likeliest alone
 * @returns the numbers of `length` characters
 */
export function sample(parameters: Float32Array, length: number, temperature: number, random: RandomStream): Uint8Array {
  const network = createCharacterModel();
  network.parameters.set(parameters);
  network.packParameters();
  const text = new Uint8Array(length + 1); // the newline before a document, which is not part of it
  text[0] = newline;
  for (let position = 0; position < length; position++) {
    const { logits } = network.step({ pairs: Float32Array.of(pairAt(text, position)) });
    text[position + 1] = draw(logits.subarray(0, alphabetSize), temperature, random.uniform());
  }
  return text.subarray(1);
}

/**
 * The number of the logit that stands at a place, where each takes as much of the way from 0 to 1 as it is likely.
 *
 * @param place at least 0, less than 1
 */
export function draw(logits: Float32Array, temperature: number, place: number): number {
  const greatest = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - greatest) / temperature));
  let left = place * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [k, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return k;
  }
  return logits.indexOf(greatest); // what rounding leaves over
}
