import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { ownPrinter } from '../../src/emit/typescript/printer.js';
import { Workspace } from './workspace.js';

/** Runs a program that has `PrinterThread`, as compiled files have it: a thread runs no TypeScript. */
async function runCompiled(program: string): Promise<string> {
  const workspace = new Workspace({ 'main.mjs': `import { PrinterThread } from './compiled/printer-thread.js';\n${program}` });
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), workspace.path('node_modules'));
  await build({
    entryPoints: ['printer-thread', 'printer-worker'].map((name) => fileURLToPath(new URL(`../../src/cli/${name}.ts`, import.meta.url))),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: workspace.path('compiled'),
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [pathToFileURL(workspace.path('main.mjs')).pathname], { encoding: 'utf8', timeout: 25_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

it('prints on another thread what this one would print, in the order asked for', async () => {
  const interfaces = [{ name: 'Options', isExported: true, docs: ['Sizes.'], properties: [{ name: 'H', type: 'number', isReadonly: true }] }];
  const source = '/** One. */\n\nexport interface One { readonly one: 1 }\n\nexport function one(x: number): One { return { one: 1 as const }; }\n';
  const output = await runCompiled(`
    const printer = new PrinterThread();
    const asked = [printer.javaScript(${JSON.stringify(source)}), printer.interfaces(${JSON.stringify(interfaces)})];
    console.log(JSON.stringify(await Promise.all(asked)));
  `);
  expect(JSON.parse(output)).toEqual([await ownPrinter.javaScript(source), await ownPrinter.interfaces(interfaces)]);
});

it('passes on what printing throws, and goes on', async () => {
  const output = await runCompiled(`
    const printer = new PrinterThread();
    await printer.interfaces([{ name: 'Bad', docs: 1 }]).catch((error) => { console.log(error instanceof Error); });
    console.log(await printer.interfaces([]));
  `);
  expect(output).toBe('true\n\n');
});

it('lets a process end that never asks', async () => {
  expect(await runCompiled('new PrinterThread();')).toBe('');
});
