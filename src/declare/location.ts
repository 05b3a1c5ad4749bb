import { fileURLToPath } from 'node:url';
import type { LazyLocation, SourceLocation } from '../graph/node.js';

/** Folders whose frames are ours, not the user's. The library of cells is a user like any other. */
const ownFolders = ['declare', 'graph', 'ops', 'layers', 'optimizers'].map((folder) =>
  fileURLToPath(new URL(`../${folder}/`, import.meta.url)),
);

/** Where the user's code called into the language: the first stack frame outside of it. */
export function callerLocation(): SourceLocation | undefined {
  return lazyCallerLocation()();
}

/** The same, with the stack captured now and read when asked for. */
export function lazyCallerLocation(): LazyLocation {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return () => userFrame(error.stack ?? '');
}

/** Where the user's code stood when an error was thrown, perhaps by a package that it uses. */
export function locationOf({ stack = '' }: Error): SourceLocation | undefined {
  return userFrame(stack.split('\n').filter((frame) => !/[\\/]node_modules[\\/]/.test(frame)).join('\n'));
}

function userFrame(stack: string): SourceLocation | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const match = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/.exec(frame.trim());
    if (match === null) continue;
    const [, path = '', line = '0', column = '0'] = match;
    const file = path.startsWith('file://') ? fileURLToPath(path) : path;
    if (ownFolders.some((folder) => file.startsWith(folder))) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}
