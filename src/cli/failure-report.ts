import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { DeclarationError } from '../declare/declaration-error.js';
import { ExitCode } from './exit-code.js';
import { originalPlace } from './original-place.js';
import type { Terminal } from './terminal.js';
import { UserError } from './user-error.js';
import type { Place } from './user-error.js';

/** Says on the terminal what went wrong: mistakes with their place and source line, defects with their stack. */
export async function reportFailure(error: unknown, terminal: Terminal): Promise<ExitCode> {
  const { red, bold } = terminal.colors;
  const mistake = await userMistake(error);
  if (mistake !== undefined) {
    terminal.complain(`${red(bold('error:'))} ${printable(mistake.reason)}`);
    if (mistake.place !== undefined) for (const line of excerpt(mistake.place, terminal)) terminal.complain(line);
    return ExitCode.userError;
  }
  terminal.complain(`${red(bold('internal error:'))} this is a defect of cellwright, not of your code. Please report it with the lines below.`);
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return ExitCode.internalError;
}

async function userMistake(error: unknown): Promise<{ reason: string; place: Place | undefined } | undefined> {
  if (error instanceof UserError) return { reason: error.reason, place: error.place };
  if (!(error instanceof DeclarationError)) return undefined;
  const { reason, definition, location } = error;
  return {
    reason: definition === undefined ? reason : `${definition}: ${reason}`,
    place: location === undefined ? undefined : await originalPlace(location),
  };
}

/** On one line, and without what a terminal would obey: names that were rejected stand in messages. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The place, and the line that stands there with a caret below the column. */
function excerpt({ file, line, column }: Place, { folder, colors }: Terminal): string[] {
  const name = displayPath(file, folder);
  if (line === undefined) return [`  ${colors.cyan(name)}`];
  const head = `  ${colors.cyan(`${name}:${String(line)}${column === undefined ? '' : `:${String(column)}`}`)}`;
  const source = sourceLine(file, line);
  if (source === undefined) return [head];
  const number = String(line).padStart(5);
  const quoted = `${colors.dim(`${number} |`)} ${source}`;
  if (column === undefined) return [head, quoted];
  // Tabs stay tabs, so that the caret stands below its column at any tab width.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [head, quoted, `${colors.dim(`${' '.repeat(number.length)} |`)} ${indent}${colors.red('^')}`];
}

function sourceLine(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
  } catch {
    return undefined;
  }
}

/** Relative to the folder when it lies below it. */
export function displayPath(file: string, folder: string): string {
  const path = relative(folder, file);
  return path === '' || path.startsWith('..') ? file : path.replaceAll('\\', '/');
}
