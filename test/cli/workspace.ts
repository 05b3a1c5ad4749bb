import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createColors } from 'picocolors';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { ExitCode } from '../../src/cli/exit-code.js';
import type { Terminal } from '../../src/cli/terminal.js';

/** What a command left on the terminal. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly output: string;
  readonly errors: string;
}

/** A folder that exists as long as the test, with the files given. */
export class Workspace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'cellwright-')));

  constructor(files: Readonly<Record<string, string>> = {}) {
    onTestFinished(() => {
      rmSync(this.folder, { recursive: true, force: true });
    });
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The names in a folder, sorted, hidden ones included; none when there is no such folder. */
  list(name: string): string[] {
    return existsSync(this.path(name)) ? readdirSync(this.path(name)).sort() : [];
  }

  /** Runs a command line in the folder. */
  run(...words: string[]): Promise<Outcome> {
    return recorded(this.folder, (terminal) => runCommandLine(words, terminal));
  }
}

/** Runs something with a terminal without colours, and keeps what it writes. */
export async function recorded(folder: string, command: (terminal: Terminal) => Promise<ExitCode>): Promise<Outcome> {
  const output: string[] = [];
  const errors: string[] = [];
  const exitCode = await command({
    folder,
    print: (line) => output.push(line),
    complain: (line) => errors.push(line),
    colors: createColors(false),
  });
  return { exitCode, output: output.join('\n'), errors: errors.join('\n') };
}

/** The source text from the caret on, in the excerpt that ends an error message. */
export function pointedAt(errors: string): string {
  const [source = '', caret = ''] = errors.split('\n').slice(-2);
  if (!caret.endsWith('^')) throw new Error(`no caret in ${errors}`);
  return source.slice(caret.length - 1);
}
