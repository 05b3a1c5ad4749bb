import type { InstructionPair } from './peak/vector-peak.js';
import type { Pass, Shape } from './shape.js';
import type { TimeShares } from './time-shares.js';

/** One measurement, as `--json` writes it. Times in milliseconds, of one call. */
export interface Row extends Shape, Partial<ModuleFacts>, Partial<PeerFacts> {
  readonly cell: string;
  /** `typescript`, `wasm`, or the name of a peer. */
  readonly target: string;
  readonly pass: Pass;
  readonly layers: number;
  /** The fastest sample. */
  readonly ms: number;
  readonly medianMs: number;
  readonly samples: number;
  /** Of the declared products only, at `ms`. */
  readonly gflops: number;
  /** Of the peaks below: the better of those in turns with the calls and those at the start of the run; for a peer, the latter. */
  readonly fractionOfPeak: number;
  readonly fractionOfJavaScriptPeak: number;
  readonly peakGflops: number;
  readonly peakInstructions: InstructionPair;
  readonly javaScriptPeakGflops: number;
  /** By a multiplication and an addition, at the start of the run. */
  readonly plainPeakGflops: number;
  readonly node: string;
}

/** What generated modules have besides. */
export interface ModuleFacts {
  readonly precision: 'float32' | 'float64';
  readonly math: 'exact' | 'fast';
  /** Whether the widths were known at build. */
  readonly sizes: 'fixed' | 'given';
  readonly arenaBytes: number;
  /** Of the JavaScript as generated; what a bundler makes of its creator, minified and compressed. */
  readonly moduleBytes: number;
  readonly gzipBytes: number;
  /** By the compiler as a library, warm. */
  readonly buildMs: number;
  /** In a fresh process. */
  readonly importMs: number;
  readonly createMs: number;
  readonly firstCallMs: number;
  /** What a call leaves on the heap; of steps only. */
  readonly allocatedBytes?: number;
  /** Where the time of passes over sequences goes. */
  readonly shares?: TimeShares;
}

/** What peers have besides. */
export interface PeerFacts {
  readonly version: string;
  /** What it computes, where that is not the same cell. */
  readonly note?: string;
  readonly firstCallMs: number;
  /** How far its outputs are from ours at most, where it computes the same cell. */
  readonly difference?: number;
  /** Its time over that of the faster of our targets in the same run. */
  readonly timesOurs?: number;
}
