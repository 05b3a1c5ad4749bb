import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { webAssembly } from '../../src/emit/wasm/host.js';
import type { Subject } from '../stopwatch.js';
import type { InstructionPair, PeakVariant } from './vector-peak.js';

/** A loop that does nothing but multiply and add, ready to be run beside what it is compared with. */
export interface PeakLoop {
  /** A WebAssembly binary or a JavaScript module, exporting `run(turns)`. */
  readonly file: string;
  readonly turns: number;
  /** Of all turns. */
  readonly flops: number;
  readonly variant: PeakVariant;
}

/** A loop, and its GFLOP/s when it was chosen. */
export type RatedLoop = PeakLoop & { readonly gflops: number };

/** The rates that the results are fractions of. */
export interface Peaks {
  /** Of the pair that a WebAssembly module uses on this host. */
  readonly vector: RatedLoop;
  readonly pair: InstructionPair;
  /** Of a multiplication and an addition, whatever the pair is. */
  readonly plain: RatedLoop;
  readonly javaScript: RatedLoop;
}

/** Loads a loop; a call runs all its turns. */
export async function peakSubject({ file, turns }: PeakLoop): Promise<Subject> {
  const exports: unknown = file.endsWith('.wasm') ? instantiate(file) : await import(pathToFileURL(file).href);
  const { run } = exports as { readonly run: (turns: number) => number };
  return () => {
    if (!Number.isFinite(run(turns))) throw new Error(`${file} does not give a number`);
  };
}

function instantiate(file: string): unknown {
  return new webAssembly.Instance(new webAssembly.Module(Uint8Array.from(readFileSync(file))), {}).exports;
}

export const gigaflops = (flops: number, ms: number): number => flops / ms / 1e6;
