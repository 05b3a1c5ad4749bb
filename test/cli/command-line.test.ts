import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exit-code.js';
import { Workspace } from './workspace.js';

describe('the command line', () => {
  it.each([[['--help']], [['build', '--help']], [['check', '--help']], [['help', 'check']]])('%j helps', async (words) => {
    const { exitCode, output, errors } = await new Workspace().run(...words);
    expect(exitCode).toBe(ExitCode.ok);
    expect(output).toMatch(/^Usage: cellwright/);
    expect(errors).toBe('');
  });

  it('shows an example for each command, and what its exit status means', async () => {
    const workspace = new Workspace();
    expect((await workspace.run('build', '--help')).output).toContain('$ cellwright build --check');
    expect((await workspace.run('check', '--help')).output).toContain('$ cellwright check src/cells/my-cell.ts');
    expect((await workspace.run('--help')).output).toMatch(/0 all is well, 1 .* stale/);
  });

  it('knows its version', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect((await new Workspace().run('--version')).output).toBe(manifest.version);
  });

  it.each([
    ['nothing', [], /Usage: cellwright/],
    ['an unknown command', ['bild'], /unknown command 'bild'/],
    ['an unknown option', ['build', '--chek'], /unknown option '--chek'[^]*--check/],
    ['an option without its value', ['build', '--config'], /argument missing/],
    ['a missing argument', ['check'], /missing required argument 'file'/],
  ])('%s is a mistake', async (_, words, message) => {
    const { exitCode, output, errors } = await new Workspace().run(...words);
    expect(exitCode).toBe(ExitCode.userError);
    expect(errors).toMatch(message);
    expect(output).toBe('');
  });

  it('starts without the packages that are slow to load', async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      outdir: 'out',
      metafile: true,
      write: false,
    });
    const loaded = new Set<string>();
    const visit = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { kind, path: next } of metafile.outputs[path]?.imports ?? []) if (kind === 'import-statement') visit(next);
    };
    visit('out/main.js');
    expect([...loaded]).toEqual(expect.arrayContaining(['commander', 'picocolors']));
    for (const slow of ['ts-morph', 'jiti', 'graphology', 'diff']) expect(loaded).not.toContain(slow);
  });
});
