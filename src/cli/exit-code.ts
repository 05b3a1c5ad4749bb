/** What the commands exit with. */
export const ExitCode = {
  ok: 0,
  /** A generated file is stale, or a row of a check failed. */
  failed: 1,
  /** A mistake in the arguments, the configuration or a declaration; nothing was written. */
  userError: 2,
  /** A defect of cellwright. */
  internalError: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
