import { encode } from './alphabet.js';
import type { Document } from './corpus.js';

/** Texts as numbers of characters. Each starts with a newline, which is read but not predicted, and ends with one. */
export interface Split {
  readonly training: readonly Uint8Array[];
  /** Chooses settings, and shows how training goes. */
  readonly validation: readonly Uint8Array[];
  /** Looked at once, at the end. */
  readonly test: readonly Uint8Array[];
}

/** One document in 20 is for the test, one in 40 for validation: by their place in the corpus, so that all genres are in each. */
export function splitDocuments(documents: readonly Document[]): Split {
  const part = (has: (position: number) => boolean): Uint8Array[] =>
    documents.filter((_, position) => has(position)).map(({ text }) => encode(`\n${text}\n`));
  return {
    training: part((position) => !isTest(position) && !isValidation(position)),
    validation: part(isValidation),
    test: part(isTest),
  };
}

/** How many characters are predicted. */
export function countPredicted(texts: readonly Uint8Array[]): number {
  return texts.reduce((sum, text) => sum + text.length - 1, 0);
}

function isTest(position: number): boolean {
  return position % 20 === 9;
}

function isValidation(position: number): boolean {
  return position % 40 === 19;
}
