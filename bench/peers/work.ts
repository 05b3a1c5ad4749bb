import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pass, Shape } from '../shape.js';
import type { Effort } from '../stopwatch.js';

/** What a process that runs one peer on one shape is told. */
export interface PeerOrder {
  readonly peer: string;
  readonly shape: Shape;
  readonly layers: number;
  readonly passes: readonly Pass[];
  readonly effort: Effort;
  /** Of one pass. */
  readonly limitMs: number;
  /** Where the numbers lie, little-endian float32, one file per array: `x.f32`, `W0.f32`, … */
  readonly data: string;
}

/** What that process prints, one line each. */
export type PeerMessage =
  | { readonly kind: 'version'; readonly version: string; readonly note?: string }
  | { readonly kind: 'info'; readonly text: string }
  | {
      readonly kind: 'timed';
      readonly pass: Pass;
      readonly ms: number;
      readonly medianMs: number;
      readonly samples: number;
      readonly firstCallMs: number;
      readonly difference?: number;
    }
  | { readonly kind: 'skipped'; readonly pass: Pass; readonly reason: string };

/** The parameters of one vanilla LSTM, gates in the order z, i, f, o. */
export interface LayerWeights {
  /** [4, H, I] */
  readonly W: Float32Array;
  /** [4, H, H] */
  readonly R: Float32Array;
  /** [4, H] */
  readonly b: Float32Array;
  /** Peepholes of i, f and o: [3, H]. */
  readonly p: Float32Array;
}

/** One piece of work for all peers, and what comes out of it. */
export interface Work {
  readonly layers: readonly LayerWeights[];
  /** [T, B, I] */
  readonly x: Float32Array;
  /** The derivative of the loss by the outputs: [T, B, H]. */
  readonly dY: Float32Array;
  /** The outputs, as a generated module computes them: [T, B, H]. */
  readonly y: Float32Array;
}

export function saveWork(folder: string, { layers, ...sequences }: Work): void {
  const save = (name: string, values: Float32Array): void => {
    writeFileSync(join(folder, `${name}.f32`), values);
  };
  Object.entries(sequences).forEach(([name, values]) => {
    save(name, values);
  });
  layers.forEach((layer, k) => {
    Object.entries(layer).forEach(([name, values]: [string, Float32Array]) => {
      save(`${name}${String(k)}`, values);
    });
  });
}

export function loadWork(folder: string, layerCount: number): Work {
  const load = (name: string): Float32Array => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.f32`));
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  return {
    layers: Array.from({ length: layerCount }, (_, k) => ({
      W: load(`W${String(k)}`),
      R: load(`R${String(k)}`),
      b: load(`b${String(k)}`),
      p: load(`p${String(k)}`),
    })),
    x: load('x'),
    dY: load('dY'),
    y: load('y'),
  };
}
