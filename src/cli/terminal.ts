import type { createColors } from 'picocolors';

/** Where a command runs and what it writes to, so that tests can run it in a folder of their own. */
export interface Terminal {
  /** The folder that paths on the command line are relative to. */
  readonly folder: string;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
  readonly colors: Colors;
}

export type Colors = ReturnType<typeof createColors>;
