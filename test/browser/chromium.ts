import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The browser to test in: `CHROMIUM` in the environment, or what is found under its usual names. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => join(folder, name))), '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  return candidates.find((path) => path !== undefined && path !== '' && isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens a page without a window while something waits for what it does; fails when the browser ends before that. */
export async function withPage<Result>(chromium: string, url: string, result: Promise<Result>): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), 'cellwright-chromium-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = spawn(
    chromium,
    ['--headless', ...sandbox, '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-extensions', `--user-data-dir=${profile}`, url],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  browser.stderr.on('data', (text: Buffer) => { log += text.toString(); });
  const ended = new Promise<void>((resolve) => {
    browser.once('close', () => { resolve(); });
    browser.once('error', (error) => { log += String(error); resolve(); });
  });
  try {
    return await Promise.race([result, ended.then(() => { throw new Error(`${chromium} ended: ${log.slice(-2000)}`); })]);
  } finally {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
