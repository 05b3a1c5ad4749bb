import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { MathMode } from '../../src/emit/typescript/math-functions.js';
import { vectorMath } from '../../src/emit/wasm/math/vector-math.js';
import type { Lane } from '../../src/emit/wasm/vector-code.js';
import { approximated, boundOf, powerBounds } from './bounds.js';
import type { Approximated, Bound } from './bounds.js';
import { float32Errors } from './float32-errors.js';
import { float64Errors } from './float64-errors.js';
import { hasFusedMultiplyAdd } from './function-kernel.js';
import { powerErrors } from './power-errors.js';
import { nanoseconds } from './timing.js';
import { none } from './worst.js';
import type { Worst } from './worst.js';

const names = [...approximated, 'pow'] as const;

interface Options {
  readonly function: readonly (typeof names)[number][];
  readonly stride: number;
  readonly samples: number;
  readonly markdown?: string;
}

/** One function in one mode: its errors and times without and with fused multiply-add. */
interface Row {
  readonly label: string;
  readonly promised: number;
  readonly holdsFor: string;
  readonly worst: readonly Worst[];
  readonly time: readonly number[];
}

await new Command('ulp')
  .description('Measures the largest error of the maths functions of the WebAssembly target, and the time they take.')
  .addOption(new Option('--function <names...>', 'which functions').choices(names).default(names))
  .option('--stride <n>', 'every n-th float32 number; all of them, 2^32, unless stated', positive, 1)
  .option('--samples <n>', 'float64 numbers', positive, 40_000)
  .option('--markdown <file>', 'writes the table there')
  .action(run)
  .parseAsync();

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a positive integer');
  return value;
}

async function run(options: Options): Promise<void> {
  const fusions = (await hasFusedMultiplyAdd()) ? [false, true] : [false];
  const rows: Row[] = [];
  for (const name of options.function) {
    rows.push(...(name === 'pow' ? await powerRows(fusions, options) : await functionRows(name, fusions, options)));
    console.error(`${name} is measured`);
  }
  const table = markdown(rows, fusions.length > 1, options);
  console.log(table);
  if (options.markdown !== undefined) writeFileSync(options.markdown, table);
  const broken = rows.filter(({ promised, worst }) => worst.some(({ ulp }) => !(ulp <= promised)));
  for (const { label } of broken) console.error(`${label}: the error exceeds what is promised`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

async function functionRows(name: Approximated, fusions: readonly boolean[], { stride, samples }: Options): Promise<Row[]> {
  const variants = (['fast', 'exact'] as const).flatMap((mode) => fusions.map((fused) => ({ mode, fused })));
  const errors = await float32Errors(name, variants, stride);
  const row = async (label: string, lane: Lane, mode: MathMode, worst: readonly Worst[]): Promise<Row> => {
    const bound = boundOf(name, lane, mode);
    const time = await inTurn(fusions, (fused) => nanoseconds(vectorMath(name, lane, mode), lane, fused));
    return { label: `${name} | ${label}`, promised: bound.ulp, holdsFor: rangeText(bound), worst, time };
  };
  const of = (mode: MathMode): Worst[] => variants.filter((variant) => variant.mode === mode).map((variant) => errors.get(variant) ?? none);
  return [
    await row('f32, fast', 'f32', 'fast', of('fast')),
    await row('f32, exact', 'f32', 'exact', of('exact')),
    await row('f64', 'f64', 'exact', await inTurn(fusions, (fused) => float64Errors(name, fused, samples))),
  ];
}

async function powerRows(fusions: readonly boolean[], { samples }: Options): Promise<Row[]> {
  const rows: Row[] = [];
  for (const lane of ['f32', 'f64'] as const) {
    const time = await inTurn(fusions, (fused) => nanoseconds(vectorMath('pow', lane, 'exact'), lane, fused, 2));
    for (const { ulp, toLogarithm } of powerBounds[lane]) {
      const worst = await inTurn(fusions, (fused) => powerErrors(lane, fused, 4 * Math.ceil(samples / 4), toLogarithm));
      const holdsFor = toLogarithm === Infinity ? 'all' : `results from e^-${String(toLogarithm)} to e^${String(toLogarithm)}`;
      rows.push({ label: `pow | ${lane}`, promised: ulp, holdsFor, worst, time });
    }
  }
  return rows;
}

async function inTurn<Item, Result>(items: readonly Item[], each: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}

function markdown(rows: readonly Row[], fuses: boolean, { stride, samples }: Options): string {
  const perFusion = (name: string): string[] => (fuses ? [name, `${name}, fused`] : [name]);
  const header = ['function', 'lanes', 'promised', ...perFusion('largest error'), 'holds for', ...perFusion('ns')];
  const lines = rows.map(({ label, promised, worst, holdsFor, time }) => [
    label,
    String(promised),
    ...worst.map(({ ulp, at }) => `${ulp.toFixed(3)} at ${String(Number(at.toPrecision(9)))}`),
    holdsFor,
    ...time.map((each) => each.toFixed(2)),
  ]);
  return [
    '# Errors of the maths functions on vectors',
    '',
    'Written by `npm run ulp -- --markdown bench/ULP.md`. An error is in units of the last place of the exact result, and stands with the',
    `argument where it was found. float32: ${stride === 1 ? 'all 2^32 arguments' : `every ${String(stride)}th of 2^32 arguments`} (of \`pow\` a sample), against \`Math\` in float64. float64: ${String(samples)} arguments`,
    'of all magnitudes, against integers of hundreds of bits. "Fused" is with the multiply-add of relaxed SIMD. Times are nanoseconds per number',
    `over a buffer of 1024 numbers from 0.1 to 3.1, on Node ${process.versions.node}, ${process.arch}.`,
    '',
    ...[header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}

function rangeText({ fromResult, fromArgument, toArgument }: Bound): string {
  const parts = [
    fromResult === undefined ? [] : [`results from ${fromResult.toPrecision(2)} on; smaller ones are between 0 and that`],
    fromArgument === undefined ? [] : [`arguments from ${fromArgument.toPrecision(2)} on`],
    toArgument === undefined ? [] : [`arguments up to ${toArgument.toPrecision(3)}`],
  ].flat();
  return parts.length === 0 ? 'all' : parts.join('; ');
}
