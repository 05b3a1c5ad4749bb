import { describe, expect, it } from 'vitest';
import { alphabetSize, decode, encode, pairAt } from '../../examples/character-model/alphabet.js';
import { plainText } from '../../examples/character-model/corpus.js';
import { sharedValues, takeMean } from '../../examples/character-model/exchange.js';
import { bitsOf, countNGrams } from '../../examples/character-model/n-gram.js';
import { optionsFrom } from '../../examples/character-model/options.js';
import { plot } from '../../examples/character-model/plot.js';
import { draw } from '../../examples/character-model/sampling.js';
import { countPredicted, splitDocuments } from '../../examples/character-model/split.js';
import { chunks } from '../../examples/character-model/streams.js';
import { randomStream } from '../../examples/random.js';

describe('the alphabet', () => {
  const printable = Array.from({ length: 95 }, (_, k) => String.fromCharCode(32 + k)).join('');

  it('has a number for the newline and each printable character', () => {
    const codes = encode(`\n${printable}`);
    expect(Array.from(codes)).toEqual(Array.from({ length: alphabetSize }, (_, k) => k));
    expect(decode(codes)).toBe(`\n${printable}`);
  });

  it.each(['tab\t', 'é', '😀'])('refuses %j', (text) => {
    expect(() => encode(text)).toThrow(RangeError);
  });

  it('numbers pairs by both characters, with a newline before the text', () => {
    const text = encode('ab');
    expect(pairAt(text, 0)).toBe(text[0]);
    expect(pairAt(text, 1)).toBe(96 * (97 - 31) + (98 - 31));
  });
});

describe('the text without tags', () => {
  it('joins punctuation and quotation marks to their words', () => {
    const tagged = "\n\n\tThe/at Dr./nn said/vbd ,/, ``/`` No/rb (/( not/* yet/rb )/) ''/'' ./.\nAnd/cc and\\/or/cc ?/. ?/.\n\n\n\tNext/ap --/-- $5/nns ;/. ;/.\n";
    expect(plainText(tagged)).toBe('The Dr. said, "No (not yet)". And and\\/or?\nNext -- $5;');
  });

  it('keeps slashes of words, and words that are there twice', () => {
    expect(plainText('1/2/cd had/hvd had/hvn')).toBe('1/2 had had');
  });
});

describe('the split', () => {
  const documents = Array.from({ length: 500 }, (_, k) => ({ name: String(k), text: `text ${String(k)}` }));
  const split = splitDocuments(documents);
  const texts = (part: readonly Uint8Array[]) => part.map(decode);

  it('puts each document into one part', () => {
    const all = [split.training, split.validation, split.test].flatMap(texts);
    expect(new Set(all).size).toBe(500);
    expect(all).toHaveLength(500);
    expect([split.validation.length, split.test.length]).toEqual([13, 25]);
  });

  it('predicts every character of a document and the newline after it', () => {
    expect(countPredicted(splitDocuments(documents.slice(0, 1)).training)).toBe('text 0\n'.length);
  });
});

describe('the n-gram model', () => {
  const texts = ['\nthe cat sat on the mat. the hat\n', '\nthat cat\n'].map(encode);

  it.each([1, 2, 3, 5])('of order %i shares out a probability of one after any context', (order) => {
    const model = countNGrams(texts, order);
    for (const context of ['\n', '\nth', '\nthe ca', '\nxyz', '\nat']) {
      const probabilities = Array.from({ length: alphabetSize }, (_, code) => {
        const text = Uint8Array.of(...encode(context), code);
        return model(text, text.length - 1);
      });
      expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...probabilities)).toBeGreaterThan(0);
    }
  });

  it('is that of the paper, worked out by hand', () => {
    // 'aab' after a newline: bigrams ⏎a aa ab, once each, so all discounts are estimated as one half, or 1 where none counts twice.
    // With n1 = 3, n2 = 0: Y = 1, D1 = 1 - 2·Y·0/3 = 1, which is no use, so one half.
    // Unigrams count what came before them: a after ⏎ and a: 2, b after a: 1. n1 = 1, n2 = 1: Y = 1/3, D1 = 1 - 2·(1/3)·1 = 1/3; D2 = 2 - 3·(1/3)·0 = 2: one half.
    const model = countNGrams([encode('\naab')], 2);
    const base = 1 / 96;
    const discountedUnigrams = 1 / 3 + 1 / 2;
    const a = (2 - 1 / 2 + discountedUnigrams * base) / 3;
    const c = (discountedUnigrams * base) / 3;
    // After a: a once, b once, total 2, discounted 1.
    expect(model(encode('aa'), 1)).toBeCloseTo((1 - 0.5 + 1 * a) / 2, 12);
    expect(model(encode('ac'), 1)).toBeCloseTo((1 * c) / 2, 12);
    // Nothing has been seen after b.
    expect(model(encode('ba'), 1)).toBeCloseTo(a, 12);
  });

  it('needs fewer bits with longer contexts for what it has seen, and log2 of the alphabet for what says nothing', () => {
    const bits = [1, 2, 4].map((order) => bitsOf(countNGrams(texts, order), texts));
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
    expect(bitsOf(() => 1 / alphabetSize, texts)).toBeCloseTo(Math.log2(alphabetSize), 12);
  });
});

describe('the chunks', () => {
  const texts = ['\nabcdefghij\n', '\nklmnopqrst\n', '\nuvwxyz\n'].map(encode);
  const layout = { streams: 4, rows: 4, firstStream: 0, steps: 3 };
  const take = (own: typeof layout, count: number) => {
    const source = chunks(texts, own, randomStream(3));
    return Array.from({ length: count }, () => source.next().value);
  };
  const streamOf = (parts: ReturnType<typeof take>, row: number) => parts.flatMap(({ next }) => [0, 1, 2].map((step) => next[step * 4 + row] ?? NaN));

  it('go on where the last one ended, until all is read', () => {
    const parts = take(layout, 3);
    expect(parts.map(({ begins }) => begins)).toEqual([true, false, true]);
    const [first, second] = parts;
    for (let row = 0; row < 4; row++) {
      // A pair is the character before, and the one that the last target was.
      expect((second?.pairs[row] ?? NaN) % 96).toBe(first?.next[2 * 4 + row]);
      expect(Math.floor((second?.pairs[row] ?? NaN) / 96)).toBe(first?.next[4 + row]);
    }
  });

  it('predict each character of a stream once', () => {
    const read = [0, 1, 2, 3].flatMap((row) => streamOf(take(layout, 2), row));
    const letters = decode(read).replaceAll('\n', '');
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('of two threads are the halves of one', () => {
    const halves = [0, 2].map((firstStream) => take({ ...layout, rows: 2, firstStream }, 2));
    for (const [k, { next }] of take(layout, 2).entries()) {
      const rows = [0, 1, 2].flatMap((step) => halves.flatMap((half) => Array.from(half[k]?.next.subarray(step * 2, step * 2 + 2) ?? [])));
      expect(rows).toEqual(Array.from(next));
    }
  });
});

describe('the exchange', () => {
  it('gives both threads the same mean', () => {
    const shared = sharedValues(3);
    const [first, second] = [Float32Array.of(1, 2, 3), Float32Array.of(10, 20, 0.1)];
    shared.values[1]?.[1].set(second);
    shared.turns[1] = 1; // the other one has been here
    takeMean(shared, 0, 1, first);
    takeMean(shared, 1, 1, second);
    expect(Array.from(first)).toEqual([5.5, 11, Math.fround((3 + Math.fround(0.1)) / 2)]);
    expect(second).toEqual(first);
    expect(Array.from(shared.turns)).toEqual([1, 1]);
  });
});

describe('drawing', () => {
  const logits = Float32Array.from([0.1, 0.3, 0.6], Math.log);

  it('takes each as often as it is likely', () => {
    expect([0.05, 0.15, 0.35, 0.45, 0.99].map((place) => draw(logits, 1, place))).toEqual([0, 1, 1, 2, 2]);
  });

  it('takes the likeliest at a temperature near zero, and all alike at a high one', () => {
    expect([0.001, 0.5, 0.999].map((place) => draw(logits, 1e-3, place))).toEqual([2, 2, 2]);
    expect([0.32, 0.65, 0.68].map((place) => draw(logits, 1e6, place))).toEqual([0, 1, 2]);
  });
});

describe('the options', () => {
  const defaults = { seed: 1, temperature: 0.7, characters: 8e6 };

  it('stand in for what is not given', () => {
    expect(optionsFrom([], defaults)).toEqual(defaults);
    expect(optionsFrom(['--temperature', '0.5', '--characters', '2'], defaults)).toEqual({ seed: 1, temperature: 0.5, characters: 2e6 });
  });

  it.each([['--seed', '1.5'], ['--temperature', '0'], ['--temperature', ''], ['--characters', 'many']])('refuse %s %j', (name, value) => {
    expect(() => optionsFrom([name, value], defaults)).toThrow(`${name} takes`);
  });
});

it('plots the curve and the line without a coordinate that is no number', () => {
  const svg = plot([1, 2, 3].map((k) => ({ characters: k * 1e6, validation: 3.2 - k / 3 })), { name: '5-grams & more', validation: 2.1 });
  expect(svg).toContain('5-grams &amp; more: 2.100');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg.match(/<circle/g)).toHaveLength(3);
});
