/** What was thrown, in words, without a place on this machine. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/ imported from .*$/s, '');
