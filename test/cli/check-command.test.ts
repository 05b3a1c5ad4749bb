import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exit-code.js';
import { Workspace } from './workspace.js';

const cells = `
import { defineCell, diagonal, parameter, sigmoid, stopGradient, tanh, add, mul } from 'cellwright';

const signature = { dims: ['H'], inputs: { x: ['H'] }, states: { y: ['H'] } } as const;

export const right = defineCell('right', signature, ({ x, y }) => {
  const yNext = tanh(add(x, diagonal('u', y)));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

export const wrong = defineCell('wrong', signature, ({ x, y }) => {
  const yNext = tanh(add(x, stopGradient(diagonal('u', y))));
  return { next: { y: yNext }, outputs: { y: yNext } };
});

export const howMany = 2;
export default right;
`;

describe('cellwright check', () => {
  it('prints a row per comparison, and passes a right cell', async () => {
    const { exitCode, output, errors } = await new Workspace({ 'cells.ts': cells }).run('check', 'cells.ts', '--export', 'right');
    expect(errors).toBe('');
    expect(exitCode).toBe(ExitCode.ok);
    const [title = '', ...rows] = output.trimEnd().split('\n');
    expect(title).toMatch(/^right {2}T=\d+ B=\d+ H=\d+ {2}seed 1$/);
    expect(rows.length).toBeGreaterThanOrEqual(10);
    for (const row of rows) expect(row).toMatch(/^ {2}✓ .* \d\.\de[-+]\d+ {2}≤ 1e-\d+/);
  });

  it('fails a cell whose gradient is not that of its function, and says why that may be', async () => {
    const { exitCode, output } = await new Workspace({ 'cells.ts': cells }).run('check', 'cells.ts');
    expect(exitCode).toBe(ExitCode.failed);
    const [right = '', wrong = ''] = output.split('\n\n');
    expect(right).not.toContain('✗');
    expect(wrong).toMatch(/^wrong /);
    for (const target of ['TypeScript', 'WebAssembly']) expect(wrong).toContain(`✓ forward: ${target} against interpreter`);
    expect(wrong).toMatch(/✗ gradients \(vjp\) against central differences .* worst at /);
    expect(wrong).toMatch(/stopGradient in wrong changes gradients on purpose/);
  });

  it('takes sizes and a seed', async () => {
    const { exitCode, output } = await new Workspace({ 'cells.ts': cells }).run('check', 'cells.ts', '--export', 'right', '--size', 'H=6', '--size', 'T=2', '--seed', '7');
    expect(exitCode).toBe(ExitCode.ok);
    expect(output).toMatch(/^right {2}T=2 B=\d+ H=6 {2}seed 7\n/);
  });

  it('takes a cell of the library from where it stands', async () => {
    const file = fileURLToPath(new URL('../../src/cells/mgu.ts', import.meta.url));
    const { exitCode, output, errors } = await new Workspace().run('check', file);
    expect(errors).toBe('');
    expect(output).toMatch(/^mgu {2}T=/);
    expect(output).not.toContain('✗');
    expect(exitCode).toBe(ExitCode.ok);
  });

  it.each(['src/index.ts', 'src/declare/index.js'])('takes a file that imports the language from %s by its path', async (entry) => {
    const workspace = new Workspace();
    const path = relative(workspace.folder, fileURLToPath(new URL(`../../${entry}`, import.meta.url))).replaceAll('\\', '/');
    workspace.write('cells.ts', cells.replace("'cellwright'", `'${path}'`));
    expect(await workspace.run('check', 'cells.ts', '--export', 'right')).toMatchObject({ exitCode: ExitCode.ok, errors: '' });
    workspace.write('cells.ts', cells.replace("'cellwright'", `'${path}'`).replace("diagonal('u', y)", "diagonal('u', 3 as never)"));
    const { exitCode, errors } = await workspace.run('check', 'cells.ts');
    expect(exitCode).toBe(ExitCode.userError);
    expect(errors).toMatch(/^error: cell 'right': .*takes expressions, not a number\n {2}cells\.ts:7:29\n/);
  });

  it.each([
    ['an unknown export', ['--export', 'left'], /^error: the file exports no cell or model 'left'; it exports default, right, wrong\n {2}cells\.ts$/],
    ['an export that is no cell', ['--export', 'howMany'], /^error: the file exports no cell or model 'howMany'/],
    ['an unknown dim', ['--size', 'Q=3'], /^error: --size Q: no dim of right, wrong; dims are H, T, B$/],
    ['a size of zero', ['--size', 'H=0'], /^error: --size H=0: a size is a positive integer$/],
    ['a size that is no number', ['--size', 'H=x'], /^error: --size H=x: a size is a positive integer$/],
    ['a size without a name', ['--size', '5'], /^error: --size 5: write a dim and its size, like --size H=5$/],
    ['a seed that is no integer', ['--seed', '1.5'], /^error: --seed 1\.5: a seed is an integer/],
  ])('%s is a mistake', async (_, options, message) => {
    const { exitCode, errors } = await new Workspace({ 'cells.ts': cells }).run('check', 'cells.ts', ...options);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(ExitCode.userError);
  });

  it('so is a file that is not there, exports no cell, or does not load', async () => {
    const workspace = new Workspace({ 'empty.ts': 'export const one = 1;\n', 'broken.ts': "\nthrow new Error('broken');\n", 'copy.ts': cells.replace('export default right', 'export const copy = { ...right, step: { ...right.step } }') });
    expect(await workspace.run('check', 'none.ts')).toMatchObject({ exitCode: ExitCode.userError, errors: 'error: there is no such file\n  none.ts' });
    expect(await workspace.run('check', 'empty.ts')).toMatchObject({ exitCode: ExitCode.userError, errors: 'error: the file exports no cell and no model\n  empty.ts' });
    expect((await workspace.run('check', 'broken.ts')).errors).toMatch(/^error: broken\n {2}broken\.ts:2:7\n/);
    expect((await workspace.run('check', 'copy.ts')).errors).toMatch(/^error: 'copy' was made by another copy of cellwright; .*\n {2}copy\.ts$/);
  });
});
