import { createTwoFilesPatch } from 'diff';
import type { OutputFile } from './output-files.js';
import type { Colors } from './terminal.js';

const longestDiff = 200;

/** How a file differs from what would be generated: a unified diff, cut short where it is long. */
export function staleDiff({ content, present }: OutputFile, name: string, colors: Colors): string[] {
  if (typeof content !== 'string') return [present === undefined ? `${name} is missing` : `${name} has other bytes`];
  const before = present === undefined ? '/dev/null' : name;
  // Two unlike files of many thousand lines would take minutes.
  const patch = createTwoFilesPatch(before, `${name} (as generated now)`, present?.toString() ?? '', content, undefined, undefined, { context: 3, timeout: 3000 });
  if (patch === undefined) return [`${name} differs in too many lines for a diff`];
  const lines = patch.trimEnd().split('\n').slice(1);
  const shown = lines.slice(0, longestDiff).map((line, k) => colored(line, k < 2, colors));
  return lines.length > longestDiff ? [...shown, colors.dim(`… ${String(lines.length - longestDiff)} more lines`)] : shown;
}

function colored(line: string, head: boolean, { bold, cyan, green, red }: Colors): string {
  if (head) return bold(line);
  if (line.startsWith('@@')) return cyan(line);
  if (line.startsWith('+')) return green(line);
  return line.startsWith('-') ? red(line) : line;
}
