import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface ChildOptions {
  /** Killed after that. */
  readonly limitMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called for each line that the process prints. */
  readonly line?: (line: string) => void;
}

export interface ChildResult {
  readonly output: string;
  readonly errors: string;
  readonly outcome: 'finished' | 'failed' | 'killed';
}

/** Runs a program to its end. One that can't be started has failed. */
export function runChild(command: string, words: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const { limitMs, environment = {}, line } = options;
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    let [output, errors, unread, killed] = ['', '', '', false];
    const timer = limitMs === undefined ? undefined : setTimeout(() => (killed = child.kill('SIGKILL')), limitMs);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const lines = `${unread}${text}`.split('\n');
      unread = lines.pop() ?? '';
      lines.forEach((each) => line?.(each));
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ output, errors: `${error.name}: ${error.message}`, outcome: 'failed' });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (unread !== '') line?.(unread);
      resolve({ output, errors, outcome: killed ? 'killed' : code === 0 ? 'finished' : 'failed' });
    });
  });
}
