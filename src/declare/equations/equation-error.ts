import { DeclarationError } from '../declaration-error.js';
import { callerLocation } from '../location.js';

/** The text of a template, and where in the user's file it stands. */
export class EquationSource {
  readonly #tag = callerLocation();

  constructor(readonly text: string) {}

  /** A mistake at an offset: its reason starts with the line and the column, counted from 1, of the text between the backticks. */
  error(offset: number, reason: string): DeclarationError {
    const before = this.text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - (before.lastIndexOf('\n') + 1) + 1;
    const tag = this.#tag;
    // The text begins on the line of the tag.
    const location = tag === undefined ? undefined : { ...tag, line: tag.line + line - 1, column };
    return new DeclarationError(`line ${String(line)}, column ${String(column)}: ${reason}`, location, 'the equations');
  }
}
