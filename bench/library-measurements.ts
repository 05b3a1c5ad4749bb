import type { BuildOptions, Target } from './build-module.js';
import type { Shape } from './shape.js';

/** How the cells of the library compare with the vanilla LSTM, forward and backward, as `--cells` writes it. */
export interface LibraryMeasurements extends BuildOptions {
  /** Of the run, like 2026-11-30. */
  readonly date: string;
  readonly cpu: string;
  readonly node: string;
  /** Of the machine over the minute before the run: processes that wanted to run. */
  readonly load: number;
  readonly shape: Shape;
  /** Of dims besides I and H. */
  readonly otherSizes: Readonly<Record<string, number>>;
  /** Whether samples were too short for figures to keep. */
  readonly quick: boolean;
  /** By the names of the registry. */
  readonly cells: Readonly<Record<string, CellMeasurement>>;
}

/** Fractions of the vanilla LSTM's. */
export interface CellMeasurement {
  /** Milliseconds. */
  readonly time: Readonly<Record<Target, number>>;
  /** GFLOP/s of the declared products. */
  readonly rate: Readonly<Record<Target, number>>;
}
