import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import type { SourceLocation } from '../graph/node.js';
import type { Place } from './user-error.js';

/**
 * The place in the user's file for a stack frame of a module that `loadModule` ran: transpiling keeps lines and moves
 * columns. Without a column where it can't be told; never throws.
 */
export async function originalPlace(frame: SourceLocation): Promise<Place> {
  const { file, line } = frame;
  const column = await originalColumn(frame).catch(() => undefined);
  return column === undefined ? { file, line } : { file, line, column };
}

async function originalColumn({ file, line, column }: SourceLocation): Promise<number | undefined> {
  // The first line follows a prologue of unknown length.
  if (line === 1) return undefined;
  const [{ createJiti }, source] = await Promise.all([import('jiti'), readFile(file, 'utf8')]);
  const code = createJiti(file, { fsCache: false }).transform({
    filename: file,
    source,
    // As `jiti.import` transforms it.
    ts: /\.[cm]?tsx?$/.test(file),
    async: true,
    babel: { sourceMaps: 'inline', sourceFileName: file },
  });
  const [, encoded] = /sourceMappingURL=data:application\/json[^,]*;base64,(\S+)/.exec(code) ?? [];
  if (encoded === undefined) return undefined;
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload);
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalLine' in entry) || entry.originalLine !== line - 1) return undefined;
  const text = source.split('\n')[line - 1] ?? '';
  // A call of an imported function maps to its parenthesis; elsewhere, and in editors, it is the name that is meant.
  const [name = ''] = text[entry.originalColumn] === '(' ? (/[\w$]+$/.exec(text.slice(0, entry.originalColumn)) ?? []) : [];
  return entry.originalColumn - name.length + 1;
}
