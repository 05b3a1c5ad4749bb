import type { SourceLocation } from '../graph/node.js';

/** A mistake in a declaration: what is wrong, in which definition, and where the user wrote it. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';

  constructor(
    /** What is wrong, without the place. */
    readonly reason: string,
    readonly location: SourceLocation | undefined,
    /** The definition at fault: `cell 'gru'`. */
    readonly definition?: string,
  ) {
    const place = location === undefined ? '' : `${location.file}:${String(location.line)}: `;
    super(`${place}${definition === undefined ? '' : `${definition}: `}${reason}`);
  }
}
