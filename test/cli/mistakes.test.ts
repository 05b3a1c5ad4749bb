import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exit-code.js';
import { pointedAt, Workspace } from './workspace.js';

/** A cell whose equations are given, in a file of its own so that the place is not the configuration's. */
const cellFile = (equations: string, { name = "'bad'", head = '' } = {}): string => `import { add, affine, defineCell, matrixVector, mul, parameter, tanh } from 'cellwright';
${head}
interface Options { readonly size?: number }
export const options: Options = {};

export const bad = defineCell(${name}, { dims: ['I', 'H'], inputs: { x: ['I'] }, states: { y: ['H'], c: ['H'] } }, ({ x, y, c }) => {
${equations}
});
`;

const configurationOf = (module: string, imports = "import { bad } from './cell.js';"): string => `import { adam, defineConfig, vanillaLstm, gruV1 } from 'cellwright';
${imports}

export default defineConfig({
  output: 'generated',
  modules: [
    { definition: vanillaLstm },
    ${module},
  ],
});
`;

async function failureOf(files: Readonly<Record<string, string>>): Promise<string> {
  const workspace = new Workspace(files);
  const { exitCode, errors, output } = await workspace.run('build');
  expect(exitCode, errors).toBe(ExitCode.userError);
  expect(output).toBe('');
  expect(errors).not.toMatch(/^\s+at /m);
  expect(workspace.list('generated')).toEqual([]);
  return errors;
}

const cellFailure = (cell: string): Promise<string> => failureOf({ 'cell.ts': cell, 'cellwright.config.ts': configurationOf('{ definition: bad }') });
const configurationFailure = (module: string): Promise<string> => failureOf({ 'cellwright.config.ts': configurationOf(module, '') });

describe('a mistake in a cell', () => {
  it('shapes that do not fit: where the expression stands, with both shapes', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', { W: x })); const s = add(z as never, x as never);\n  return { next: { y: s, c }, outputs: { y: s } };"));
    expect(errors).toMatch(/^error: cell 'bad': .*\[H\].*\[I\].*\n {2}cell\.ts:7:57\n/);
    expect(pointedAt(errors)).toBe('add(z as never, x as never);');
  });

  it('an unknown dim', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(\n    affine('z', 'G' as 'H', { W: x }),\n  );\n  return { next: { y: z, c }, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: cell 'bad': .*'G'.* H\n {2}cell\.ts:8:/);
    expect(pointedAt(errors)).toMatch(/^affine\(/);
  });

  it('an unknown name', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', { W: x }));\n  return { next: { y: z, c, q: z } as never, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: cell 'bad': 'q' .*y, c\n {2}cell\.ts:6:/);
    expect(pointedAt(errors)).toMatch(/^defineCell\('bad'/);
  });

  it('a duplicate name, with the place of the first', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', { W: x }));\n  const p = mul(parameter('W_z', ['H']), z);\n  return { next: { y: z, c: p }, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: cell 'bad': the parameter 'W_z' is declared twice; first at .*cell\.ts:7\n {2}cell\.ts:8:/);
    expect(pointedAt(errors)).toMatch(/^parameter\('W_z'/);
  });

  it('a state without a next value', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', { W: x }));\n  return { next: { y: z } as never, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: cell 'bad': the state 'c' is never given a next value.*\n {2}cell\.ts:6:/);
  });

  it('a parameter that nothing uses', async () => {
    const errors = await cellFailure(cellFile("  parameter('unused', ['H']);\n  const z = tanh(affine('z', 'H', { W: x }));\n  return { next: { y: z, c }, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: cell 'bad': the parameter 'unused' is never used\n {2}cell\.ts:7:3\n/);
    expect(pointedAt(errors)).toBe("parameter('unused', ['H']);");
  });

  it.each([
    ['no identifier', '2fast'],
    ['code', "x'); process.exit(1); ('"],
    ['a comment', '*/ globalThis.hacked = 1; /*'],
    ['a line', 'a\nb'],
    ['the prototype', '__proto__'],
  ])('a name that is %s', async (_, name) => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', { W: x }));\n  return { next: { y: z, c }, outputs: { y: z } };", { name: JSON.stringify(name) }));
    expect(errors.split('\n')[0]).toMatch(/^error: .*is no usable name/);
    expect(errors.split('\n')[0]).toContain(JSON.stringify(name));
    expect(errors).toContain('  cell.ts:6:');
    const parameter = await cellFailure(cellFile(`  const z = mul(parameter(${JSON.stringify(name)}, ['H']), y);\n  return { next: { y: z, c }, outputs: { y: z } };`));
    expect(parameter.split('\n')[0]).toMatch(/^error: cell 'bad': the parameter .* is no usable name/);
    expect(parameter).toContain('  cell.ts:7:');
  });

  it('arguments that a type check would have caught', async () => {
    const errors = await cellFailure(cellFile("  const z = tanh(affine('z', 'H', undefined as never));\n  return { next: { y: z, c }, outputs: { y: z } };"));
    expect(errors).toMatch(/^error: this call fails on what it was given .*type check/);
    expect(pointedAt(errors)).toMatch(/^affine\(/);
  });

  it('a hyperparameter out of its range', async () => {
    const errors = await configurationFailure('{ definition: gruV1, optimizer: adam({ clipNorm: -1 }) }');
    expect(errors).toMatch(/^error: .*clipNorm.*-1.*\n {2}cellwright\.config\.ts:8:/);
    expect(pointedAt(errors)).toMatch(/^adam\(/);
  });
});

describe('a mistake in the fields of a configuration', () => {
  it.each([
    ['an unknown field', '{ definition: gruV1, precison: "float64" }', /unknown field 'precison'; known are definition, sizes, batchSize, precision/, 'precison'],
    ['a size that is no dim', '{ definition: gruV1, sizes: { I: 3, Q: 4 } }', /cell 'gruV1' has no dim 'Q'; it has I, H/, 'Q: 4'],
    ['a size that is zero', '{ definition: gruV1, sizes: { H: 0 } }', /the size H is 0; a size is a positive integer/, 'H: 0'],
    ['a negative size', '{ definition: gruV1, sizes: { H: -3 } }', /the size H is -3; a size is a positive integer/, 'H: -3'],
    ['a fraction', '{ definition: gruV1, sizes: { H: 1.5 } }', /the size H is 1\.5; a size is a positive integer/, 'H: 1.5'],
    ['a size that is text', '{ definition: gruV1, sizes: { H: "4" } }', /the size H is '4'; a size is a positive integer/, 'H: "4"'],
    ['a size that is not finite', '{ definition: gruV1, sizes: { H: Infinity } }', /the size H is Infinity/, 'H: Infinity'],
    ['the number of steps', '{ definition: gruV1, sizes: { T: 4 } }', /the size T is not fixed at build; .*maxSteps/, 'T: 4'],
    ['the batch, among the sizes', '{ definition: gruV1, sizes: { B: 4 } }', /the size B is fixed by batchSize, beside sizes/, 'B: 4'],
    ['a batch of none', '{ definition: gruV1, batchSize: 0 }', /cell 'gruV1': batchSize is 0; a batch is a positive integer/, 'batchSize'],
    ['a batch that is text', '{ definition: gruV1, batchSize: "one" }', /cell 'gruV1': batchSize is 'one'; a batch is a positive integer/, 'batchSize'],
    ['an unknown precision', '{ definition: gruV1, precision: "float16" }', /precision is 'float16'; it is 'float32' or 'float64'/, 'precision'],
    ['an unknown target', '{ definition: gruV1, target: "cuda" }', /target is 'cuda'; it is 'typescript'/, 'target'],
    ['lengths that are given at build', '{ definition: gruV1, lengths: [3, 4] }', /cell 'gruV1': lengths is a list; it is true or false/, 'lengths'],
    ['derivatives that are no list', '{ definition: gruV1, derivatives: "jvp" }', /cell 'gruV1': derivatives is 'jvp'; list 'jvp' or 'hvp', or both/, 'derivatives'],
    ['a derivative that there is not', '{ definition: gruV1, derivatives: ["hessian"] }', /cell 'gruV1': 'hessian' is no derivative of a module; there are 'jvp' and 'hvp'/, 'derivatives'],
    ['a Hessian without gradients', '{ definition: gruV1, derivatives: ["hvp"], forwardOnly: true }', /cell 'gruV1': forwardOnly leaves gradients out, so it takes no 'hvp'/, 'derivatives'],
    ['an order of axes that is no choice', '{ definition: gruV1, batchFirst: "yes" }', /cell 'gruV1': batchFirst is 'yes'; it is true or false/, 'batchFirst'],
    ['fast maths in float64', '{ definition: gruV1, precision: "float64", math: "fast" }', /math 'fast' is accurate to float32 only/, 'math'],
    ['no optimizer', '{ definition: gruV1, optimizer: "adam" }', /optimizer is 'adam'; write adam\(\)/, 'optimizer'],
    ['a file name with a folder', '{ definition: gruV1, fileName: "../gru" }', /fileName is '\.\.\/gru'/, 'fileName'],
    ['a file name with an ending', '{ definition: gruV1, fileName: "gru.ts" }', /fileName is 'gru\.ts'/, 'fileName'],
    ['no definition', '{ definition: undefined }', /definition is missing; give what defineCell or defineModel returned/, 'definition'],
    ['something else as definition', '{ definition: { kind: "layer" } }', /definition is an object; give what/, 'definition'],
    ['no object', '"gruV1"', /modules\[1\] is 'gruV1', not an object/, '"gruV1"'],
    ['one file twice', '{ definition: vanillaLstm, precision: "float64" }', /'vanillaLstm' is written to vanilla-lstm\.ts, and so is 'vanillaLstm'/, '{ definition: vanillaLstm, prec'],
    ['one file twice but for its case', '{ definition: gruV1, fileName: "Vanilla-LSTM" }', /'gruV1' is written to Vanilla-LSTM\.ts, and so is 'vanillaLstm'/, 'fileName'],
  ])('%s', async (_, module, message, place) => {
    const errors = await configurationFailure(module);
    expect(errors.split('\n')[0]).toMatch(message);
    expect(errors).toContain('  cellwright.config.ts:8:');
    expect(pointedAt(errors).startsWith(place), pointedAt(errors)).toBe(true);
  });

  it('an unknown field of the whole, and values that are missing', async () => {
    const whole = (fields: string): Promise<string> => failureOf({ 'cellwright.config.ts': `import { gruV1 } from 'cellwright';\nconst config = {\n  ${fields}\n};\nexport default config;\n` });
    expect(await whole("out: 'x', modules: [{ definition: gruV1 }]")).toMatch(/^error: unknown field 'out'; known are output, modules\n {2}cellwright\.config\.ts:3:3\n/);
    expect(await whole('modules: [{ definition: gruV1 }]')).toMatch(/^error: output is missing;/);
    expect(await whole("output: 'x', modules: []")).toMatch(/^error: modules is empty; .*\n {2}cellwright\.config\.ts:3:16\n/);
    expect(await whole("output: 'x', modules: gruV1")).toMatch(/^error: modules is an object;/);
  });

  it('a cell made by another copy of the library', async () => {
    const errors = await configurationFailure('{ definition: { ...gruV1, step: { ...gruV1.step } } }');
    expect(errors).toMatch(/^error: cell 'gruV1' was made by another copy of cellwright/);
  });
});

describe('a configuration that can not be loaded', () => {
  it('there is none', async () => {
    const workspace = new Workspace();
    const { exitCode, errors } = await workspace.run('build');
    expect(exitCode).toBe(ExitCode.userError);
    expect(errors).toBe(`error: there is no cellwright.config.ts (or .js, .mjs) in ${workspace.folder} or in a folder above it; --config names one`);
    const named = await workspace.run('build', '--config', 'other.ts');
    expect(named.exitCode).toBe(ExitCode.userError);
    expect(named.errors).toBe('error: there is no such configuration file\n  other.ts');
  });

  it('a syntax error', async () => {
    const errors = await failureOf({ 'cellwright.config.ts': "import { defineConfig } from 'cellwright';\nexport default defineConfig({ output: 'g', modules: [ );\n" });
    expect(errors).toMatch(/^error: syntax error: .*\n {2}cellwright\.config\.ts:2:55\n/);
  });

  it('a syntax error in a cell that it imports', async () => {
    const errors = await failureOf({ 'cell.ts': 'export const bad = 1 +;\n', 'cellwright.config.ts': configurationOf('{ definition: bad }') });
    expect(errors).toMatch(/^error: syntax error: .*\n {2}cell\.ts:1:23\n/);
    expect(pointedAt(errors)).toBe(';');
  });

  it('it throws', async () => {
    const errors = await failureOf({ 'cellwright.config.ts': "const name: string = 'home';\n\nconst home = (() => {\n  throw new Error(`${name} is not set`);\n})();\nexport default home;\n" });
    expect(errors).toMatch(/^error: home is not set\n {2}cellwright\.config\.ts:4:9\n/);
    expect(pointedAt(errors)).toMatch(/^new Error/);
  });

  it('it throws something that is no error', async () => {
    expect(await failureOf({ 'cellwright.config.ts': "throw 'nothing';\n" })).toBe('error: the module throws nothing\n  cellwright.config.ts');
  });

  it('it has no default export', async () => {
    const errors = await failureOf({ 'cellwright.config.ts': "export const config = { output: 'g', modules: [] };\n" });
    expect(errors).toMatch(/^error: the configuration has no default export; write: export default defineConfig\(\{ … \}\)\n {2}cellwright\.config\.ts$/);
  });

  it('it imports what is not there', async () => {
    const errors = await failureOf({ 'cellwright.config.ts': "import { defineConfig } from 'cellwright';\nimport { cell } from './missing.js';\nexport default defineConfig({ output: 'g', modules: [{ definition: cell }] });\n" });
    expect(errors).toMatch(/^error: Cannot find module '\.\/missing\.js'\n {2}cellwright\.config\.ts:/);
  });

  it('it imports a name that a cell file does not export', async () => {
    const errors = await failureOf({ 'cell.ts': 'export const other = 1;\n', 'cellwright.config.ts': configurationOf('{ definition: bad }') });
    expect(errors).toMatch(/^error: definition is missing; .*\n {2}cellwright\.config\.ts:8:7\n/);
  });
});
