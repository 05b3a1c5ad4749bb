import type { Peaks } from './peak/peak-loop.js';
import type { Pass, Shape } from './shape.js';
import type { Effort, Timing } from './stopwatch.js';
import type { TimeShares } from './time-shares.js';

/** What a process that times one pass of one case is told; it runs nothing else, so that cases do not disturb each other. */
export interface CaseOrder {
  readonly pass: Pass;
  readonly shape: Shape;
  readonly modules: readonly ModuleOrder[];
  readonly peaks: Peaks;
  readonly effort: Effort;
  /** Milliseconds for which each module is also watched, for where its time goes. */
  readonly watchMs?: number;
}

export interface ModuleOrder {
  readonly target: string;
  readonly file: string;
  /** Names of its exports. */
  readonly create: string;
  readonly initialize: string;
  /** Names of the functions of its WebAssembly, in order. */
  readonly functions: readonly string[];
}

/** What that process answers. */
export interface CaseAnswer {
  readonly modules: readonly ModuleAnswer[];
  /** GFLOP/s: the better of what the loops reach in turns with the modules, and of what they reached at the start of the run. */
  readonly vectorPeak: number;
  readonly javaScriptPeak: number;
}

export type ModuleAnswer = { readonly target: string } & (
  | { readonly status: 'timed'; readonly timing: Timing; readonly start: FirstUse; readonly shares?: TimeShares }
  | { readonly status: 'failed'; readonly reason: string }
);

/** The first use of a module in a fresh process. */
export interface FirstUse {
  readonly importMs: number;
  readonly createMs: number;
  /** The first call of what is timed. */
  readonly callMs: number;
  readonly arenaBytes: number;
  /** What a step leaves on the heap; the other passes are not asked. */
  readonly allocatedBytes?: number;
}
