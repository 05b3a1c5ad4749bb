import type { RandomStream } from '../random.js';
import { pairAt } from './alphabet.js';

/** How a text is cut into chunks. */
export interface Layout {
  /** Texts that are read side by side, by all threads together. */
  readonly streams: number;
  /** Of these the ones that this thread reads: how many, from which one on. */
  readonly rows: number;
  readonly firstStream: number;
  /** Characters of each stream in a chunk. */
  readonly steps: number;
}

/** A piece of each stream, time-major. */
export interface Chunk {
  /** `[steps, rows]`. */
  readonly pairs: Float32Array;
  /** The characters that follow them, `[steps, rows]`. */
  readonly next: Float32Array;
  /** Whether the streams begin here; otherwise this chunk goes on where the last one ended. */
  readonly begins: boolean;
}

/**
 * Chunks without end. Each time round, the texts are put in another order, one behind the other, and what results is cut into streams of
 * one length. Threads with streams of the same seed get chunks that fit together.
 */
export function* chunks(texts: readonly Uint8Array[], layout: Layout, random: RandomStream): Generator<Chunk, never> {
  for (;;) {
    const all = joined(random.shuffle(texts));
    const length = Math.floor((all.length - 1) / layout.streams);
    for (let start = 0; start + layout.steps <= length; start += layout.steps) yield chunkAt(all, length, start, layout);
  }
}

function chunkAt(all: Uint8Array, length: number, start: number, { rows, firstStream, steps }: Layout): Chunk {
  const pairs = new Float32Array(steps * rows);
  const next = new Float32Array(steps * rows);
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      const position = (firstStream + row) * length + start + step;
      pairs[step * rows + row] = pairAt(all, position);
      next[step * rows + row] = all[position + 1] ?? NaN;
    }
  }
  return { pairs, next, begins: start === 0 };
}

/** Texts begin and end with a newline; between two of them one is enough. */
function joined(texts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(texts.reduce((sum, text) => sum + text.length - 1, 1));
  let end = 0;
  for (const text of texts) {
    all.set(text, end);
    end += text.length - 1;
  }
  return all;
}
