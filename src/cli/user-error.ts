import type { SourceLocation } from '../graph/node.js';

/** A mistake of the user's: reported with its place and without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    /** What is wrong and how to put it right, without the place. */
    readonly reason: string,
    /** The place as it stands in the user's file; without a line when only the file is known. */
    readonly place?: Place,
  ) {
    super(reason);
  }
}

/** A place in a file as its author sees it; 1-based. */
export type Place = { readonly file: string } & Partial<Pick<SourceLocation, 'line' | 'column'>>;
