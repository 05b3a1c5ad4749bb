/**
 * The alphabet: the newline and the 95 printable characters of ASCII, by their number. It is fixed beforehand, so that no
 * model is told which characters the text to come has.
 */
export const alphabetSize = 96;

/** The newline: stands before a document, between its paragraphs, and at its end. */
export const newline = 0;

/** Stands behind the end of a text, and is not predicted. */
export const noCharacter = -1;

const firstPrintable = 32;

/**
 * The numbers of the characters of a text.
 *
 * @throws RangeError for a character that is not in the alphabet
 */
export function encode(text: string): Uint8Array {
  return Uint8Array.from(text, (character, position) => {
    if (character === '\n') return newline;
    const code = character.charCodeAt(0) - firstPrintable + 1;
    if (code < 1 || code >= alphabetSize || character.length > 1) {
      throw new RangeError(`character ${position} is '${character}', which is not in the alphabet`);
    }
    return code;
  });
}

/** The text of some numbers; `encode` undone. */
export function decode(codes: Iterable<number>): string {
  return Array.from(codes, (code) => (code === newline ? '\n' : String.fromCharCode(code - 1 + firstPrintable))).join('');
}

/** How many pairs of characters there are. */
export const pairs = alphabetSize ** 2;

/** The number of the pair that ends at a position of a text. Before the text there is nothing but newlines. */
export function pairAt(text: Uint8Array, position: number): number {
  return (text[position - 1] ?? newline) * alphabetSize + (text[position] ?? newline);
}
