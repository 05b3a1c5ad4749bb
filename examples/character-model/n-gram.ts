import { alphabetSize, newline } from './alphabet.js';

/** The probability of the character at a position of a text, given those before it. */
export type NextCharacter = (text: Uint8Array, position: number) => number;

/**
 * An n-gram model of characters with interpolated back-off: modified Kneser-Ney smoothing, the strongest that is in common use.
 * From each count a discount is taken, and what that leaves is shared out by the model of one character less, which counts in how many
 * different contexts a character has been seen. Below the unigrams all characters are equally likely. Chen & Goodman 1999, "An
 * Empirical Study of Smoothing Techniques for Language Modeling", section 3.
 *
 * @param order the number of characters that are counted together: the n; up to 7
 */
export function countNGrams(texts: readonly Uint8Array[], order: number): NextCharacter {
  const levels = countsByOrder(texts, order).map(level);
  return (text, position) => {
    let probability = 1 / alphabetSize;
    for (const [k, { counts, contexts, discounts }] of levels.entries()) {
      const gram = gramAt(text, position, k + 1);
      const context = contexts.get(contextOf(gram));
      if (context === undefined) break; // a longer context has not been seen either
      const count = counts.get(gram) ?? 0;
      probability = (count - discountOf(discounts, count) + context.discounted * probability) / context.total;
    }
    return probability;
  };
}

/** Bits that a model needs for a character of these texts, on average. */
export function bitsOf(model: NextCharacter, texts: readonly Uint8Array[]): number {
  let bits = 0;
  let characters = 0;
  for (const text of texts) {
    for (let position = 1; position < text.length; position++) bits -= Math.log2(model(text, position));
    characters += text.length - 1;
  }
  return bits / characters;
}

/** Some characters as one number: base `alphabetSize`, the last one in the lowest place. */
type Gram = number;

/** The grams of one length. */
interface Level {
  readonly counts: ReadonlyMap<Gram, number>;
  readonly contexts: ReadonlyMap<Gram, Context>;
  readonly discounts: Discounts;
}

interface Context {
  /** The counts of all characters that followed. */
  total: number;
  /** What the discounts took from them. */
  discounted: number;
}

/** Taken from a count of one, of two, and of three or more. */
type Discounts = readonly [number, number, number];

/** Before a text there is nothing but newlines. */
function gramAt(text: Uint8Array, position: number, length: number): Gram {
  let gram = 0;
  for (let k = position - length + 1; k <= position; k++) gram = gram * alphabetSize + (text[k] ?? newline);
  return gram;
}

function contextOf(gram: Gram): Gram {
  return Math.floor(gram / alphabetSize);
}

/** How often each gram counts, for lengths from 1 to `order`: its occurrences at the full length, below that the characters that were seen before it. */
function countsByOrder(texts: readonly Uint8Array[], order: number): Map<Gram, number>[] {
  let counts = new Map<Gram, number>();
  for (const text of texts) {
    for (let position = 1; position < text.length; position++) increase(counts, gramAt(text, position, order));
  }
  const byOrder = [counts];
  for (let length = order - 1; length > 0; length--) {
    const shorter = new Map<Gram, number>();
    for (const gram of counts.keys()) increase(shorter, gram % alphabetSize ** length);
    byOrder.unshift((counts = shorter));
  }
  return byOrder;
}

function increase(counts: Map<Gram, number>, gram: Gram): void {
  counts.set(gram, (counts.get(gram) ?? 0) + 1);
}

function level(counts: ReadonlyMap<Gram, number>): Level {
  const discounts = estimateDiscounts(counts);
  const contexts = new Map<Gram, Context>();
  for (const [gram, count] of counts) {
    const context = contexts.get(contextOf(gram)) ?? { total: 0, discounted: 0 };
    context.total += count;
    context.discounted += discountOf(discounts, count);
    contexts.set(contextOf(gram), context);
  }
  return { counts, contexts, discounts };
}

function discountOf([one, two, more]: Discounts, count: number): number {
  return count === 0 ? 0 : count === 1 ? one : count === 2 ? two : more;
}

/** Eq. 26 of the paper, from how many grams count once, twice, three and four times. Where there are too few to tell: one half. */
function estimateDiscounts(counts: ReadonlyMap<Gram, number>): Discounts {
  const withCount = [0, 0, 0, 0, 0];
  for (const count of counts.values()) if (count < 5) withCount[count] = (withCount[count] ?? 0) + 1;
  const [, once = 0, twice = 0, thrice = 0, four = 0] = withCount;
  const share = once / (once + 2 * twice);
  const discount = (count: number, own: number, next: number): number => {
    const estimate = count - ((count + 1) * share * next) / own;
    return estimate > 0 && estimate < count ? estimate : 0.5;
  };
  return [discount(1, once, twice), discount(2, twice, thrice), discount(3, thrice, four)];
}
