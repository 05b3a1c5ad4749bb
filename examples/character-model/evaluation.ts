import { createCharacterModel } from '../../generated/character-model.js';
import type { CharacterModel } from '../../generated/character-model.js';
import { noCharacter, pairAt } from './alphabet.js';
import { countPredicted } from './split.js';

/** Characters of each text that go through the network in one call. */
const steps = 64;

/**
 * Bits that a network needs for a character of these texts, on average: all texts side by side, each from a state of zero and from its
 * beginning to its end.
 */
export class Evaluation {
  readonly #network: CharacterModel;
  readonly #texts: readonly Uint8Array[];

  constructor(texts: readonly Uint8Array[]) {
    this.#texts = texts;
    this.#network = createCharacterModel({ batchSize: texts.length, maxSteps: steps });
  }

  /** Of the network that has these parameters. */
  bitsOf(parameters: Float32Array): number {
    this.#network.parameters.set(parameters);
    this.#network.resetState();
    const end = Math.max(...this.#texts.map((text) => text.length)) - 1;
    let nats = 0;
    for (let start = 0; start < end; start += steps) {
      const { pairs, next, counted } = piece(this.#texts, start, Math.min(steps, end - start));
      nats += counted * this.#network.evaluate({ pairs, next }, { carry: true }).loss;
    }
    return nats / Math.LN2 / countPredicted(this.#texts);
  }
}

/** The same characters of all texts, time-major; behind the end of a text there is nothing to predict. */
function piece(texts: readonly Uint8Array[], start: number, length: number): { pairs: Float32Array; next: Float32Array; counted: number } {
  const pairs = new Float32Array(length * texts.length);
  const next = new Float32Array(length * texts.length).fill(noCharacter);
  let counted = 0;
  for (const [row, text] of texts.entries()) {
    const end = Math.min(length, text.length - 1 - start);
    for (let step = 0; step < end; step++) {
      pairs[step * texts.length + row] = pairAt(text, start + step);
      next[step * texts.length + row] = text[start + step + 1] ?? noCharacter;
      counted++;
    }
  }
  return { pairs, next, counted };
}
