import type { CellMeasurement, LibraryMeasurements } from '../../bench/library-measurements.js';
import { printShape } from '../../src/graph/dim.js';
import type { Dim } from '../../src/graph/dim.js';
import { parameterCount, productFlops } from '../../src/report/cost.js';
import { stepTex } from '../../src/report/step-tex.js';
import { formula } from './formula.js';
import type { CatalogueCell } from './library.js';
import { explainedBelow, reasons } from './reasons.js';

/** The page, and what is missing in it. */
export interface Catalogue {
  readonly text: string;
  readonly problems: readonly string[];
}

export function catalogue(cells: readonly CatalogueCell[], measurements: LibraryMeasurements): Catalogue {
  const measured = (cell: CatalogueCell): CellMeasurement | undefined => measurements.cells[cell.name];
  return {
    text: [
      preface,
      measurementText(measurements),
      summary(cells, measured),
      ...cells.map((cell) => entry(cell, measured(cell))),
      '',
    ].join('\n\n'),
    problems: cells.flatMap((cell) => problemsOf(cell, measured(cell), isSettled(measurements))),
  };
}

const preface = `# Cells

Every cell of the library, from its definition; \`npm run catalogue\` writes this page.

Values have the index t, states of the previous step t − 1. A product of two letters is that of a matrix and a vector, ⊙ is
elementwise, ⊗ the outer product, ⟨·,·⟩ the inner one; [a; b] is a above b, and a<sup>[k]</sup> the k-th of the parts that were
stacked. σ is the logistic sigmoid. LN(a) = (a − mean a) / √(var a + ε), with ε = 10⁻⁵. windows<sub>K</sub>(a) has, for each position of a, the K
around it; einsum is that of NumPy. A value that the definition gives no name and that occurs more than once is called s.

*Parameters* are counted in I inputs and H units (and P units of a projection, positions M and N, kernels of width K). *FLOPs* are those of the
products that the equations contain, 2·M·N·K each, for one step of one example forwards; elementwise maths is not counted.`;

function measurementText(measurements: LibraryMeasurements): string {
  const { date, cpu, node, precision, math, shape, otherSizes } = measurements;
  const { T, B, I, H } = shape;
  const others = Object.entries(otherSizes).map(([name, size]) => `${name} = ${String(size)}`);
  return [
    `*Time* is that of forward and backward, as a fraction of the vanilla LSTM's; *rate* the same of GFLOP/s. Both cells ran in turns in one`,
    `process: ${date}, ${cpu}, Node ${node}, ${precision}, ${math} maths, T = ${String(T)}, B = ${String(B)}, I = ${String(I)}, H = ${String(H)}, ${others.join(', ')}`,
    `(\`npm run bench -- --cells bench/cells.json\`). Where a rate is under ${String(explainedBelow)}, the cell's entry says why.`,
    ...(isSettled(measurements) ? [] : ['', '**The machine was busy during this run: these figures are provisional.**']),
  ].join('\n');
}

function summary(cells: readonly CatalogueCell[], measured: (cell: CatalogueCell) => CellMeasurement | undefined): string {
  const rows = cells.map((cell) => {
    const { name, definition, docblock } = cell;
    const figures = measured(cell);
    return [
      `[${name}](#${name})`,
      [...new Set(docblock.papers.map(({ short }) => short))].join('; '),
      formula(parameterCount(definition.parameters)),
      formula(productFlops(definition.step)),
      ...(figures === undefined ? ['–', '–', '–', '–'] : [figures.time.typescript, figures.time.wasm, figures.rate.typescript, figures.rate.wasm].map((value) => value.toFixed(2))),
    ];
  });
  const head = ['cell', 'paper', 'parameters', 'FLOPs per step', 'time, TypeScript', 'WebAssembly', 'rate, TypeScript', 'WebAssembly'];
  const line = (columns: readonly string[]): string => `| ${columns.join(' | ')} |`;
  return [line(head), line(head.map((_, k) => (k < 4 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function entry({ name, definition, docblock, file }: CatalogueCell, figures: CellMeasurement | undefined): string {
  const shapes = (entries: Iterable<readonly [string, readonly Dim[]]>): string =>
    [...entries].map(([key, shape]) => `\`${key}\` ${shape.length === 0 ? 'a scalar' : printShape(shape)}`).join(', ');
  const { inputs, states, parameters, step } = definition;
  const reason = reasonOf(name, figures);
  const facts = [
    `- inputs: ${shapes([...inputs].map(([key, { shape }]) => [key, shape] as const))}; states: ${shapes(states)}`,
    `- parameters: ${formula(parameterCount(parameters))} — ${shapes([...parameters].map(([key, { shape }]) => [key, shape] as const))}`,
    `- FLOPs per step: ${formula(productFlops(step))}`,
    ...(figures === undefined ? [] : [`- beside the vanilla LSTM: ${costText(figures)}`]),
    ...(reason === undefined ? [] : [`- why: ${reason}`]),
  ];
  return [`### ${name}`, `[\`${definition.name}\`](../${file}) — ${docblock.text}`, equationBlock(definition), facts.join('\n')].join('\n\n');
}

/** A fenced block, since Markdown would take backslashes and underscores between dollars for its own. */
function equationBlock(definition: CatalogueCell['definition']): string {
  const lines = stepTex(definition).map(({ left, right }) => `${left} &= ${right}`);
  return ['```math', '\\begin{aligned}', lines.join(' \\\\\n'), '\\end{aligned}', '```'].join('\n');
}

function costText({ time, rate }: CellMeasurement): string {
  const of = (target: 'typescript' | 'wasm'): string => `${time[target].toFixed(2)} of the time, ${rate[target].toFixed(2)} of the rate`;
  return `${of('typescript')} (TypeScript); ${of('wasm')} (WebAssembly)`;
}

/** Whether the figures are worth explaining: those of a busy machine are not. */
export const isSettled = ({ quick, load }: LibraryMeasurements): boolean => !quick && load < 1;

const isSlow = ({ rate }: CellMeasurement): boolean => Math.min(rate.typescript, rate.wasm) < explainedBelow;

function reasonOf(name: CatalogueCell['name'], figures: CellMeasurement | undefined): string | undefined {
  return figures !== undefined && isSlow(figures) ? reasons[name] : undefined;
}

function problemsOf({ name, docblock }: CatalogueCell, figures: CellMeasurement | undefined, settled: boolean): string[] {
  return [
    ...(docblock.papers.length === 0 ? [`${name}: its docblock names no paper as 'Authors 2017, "Title"'`] : []),
    ...(figures === undefined ? [`${name}: was not measured`] : []),
    ...(settled && figures !== undefined && isSlow(figures) && reasons[name] === undefined
      ? [`${name}: reaches ${figures.rate.typescript.toFixed(2)} (TypeScript) and ${figures.rate.wasm.toFixed(2)} (WebAssembly) of the vanilla LSTM's rate; say why in docs/catalogue/reasons.ts`]
      : []),
  ];
}
