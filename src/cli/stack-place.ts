import { fileURLToPath } from 'node:url';
import type { SourceLocation } from '../graph/node.js';

/** The folder that holds cellwright's own code: `src` or `dist`. */
const ownFolder = fileURLToPath(new URL('../', import.meta.url));

/** Where the user's code stood when an error was thrown: the first frame that is neither ours, a dependency's nor Node's. */
export function userFrame(error: Error): SourceLocation | undefined {
  return frames(error).find(({ file }) => !isOurs(file) && !/[\\/]node_modules[\\/]/.test(file));
}

/** Whether an error was thrown by cellwright itself, called by the user's code or not. */
export function isThrownByUs(error: Error): boolean {
  const [top] = frames(error);
  return top !== undefined && isOurs(top.file);
}

function isOurs(file: string): boolean {
  return file.startsWith(ownFolder);
}

function frames({ stack = '' }: Error): SourceLocation[] {
  return stack.split('\n').flatMap((line) => {
    const match = /^\s*at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) return [];
    const [, path = '', lineNumber, column] = match;
    return [{ file: path.startsWith('file://') ? fileURLToPath(path) : path, line: Number(lineNumber), column: Number(column) }];
  });
}
