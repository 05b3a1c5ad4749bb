import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { BuildTimes } from './build-command.js';
import type { ModuleSize } from './module-table.js';
import { milliseconds } from './print-row.js';
import type { Row } from './row.js';
import { sameShape, shapeName, streamingShape } from './shape.js';
import type { Shape } from './shape.js';
import type { Dated, Results, Skipped } from './stored-results.js';

const preface = `# Results

Written by \`npm run bench -- --markdown bench/RESULTS.md\`; one section for each major version of Node.
[README.md](README.md) says how to read them.
`;

/** Writes the section of this Node; those of others stay. */
export function writeMarkdown(file: string, results: Results): void {
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, withSection(old, results.settings.node, sectionText(results)));
}

/** The text with the section of a Node version added, or in place of that of the same major version. */
export function withSection(text: string, version: string, section: string): string {
  const sections = text.split(/^(?=## Node )/m).slice(1).map((each) => each.trimEnd());
  const major = (each: string): number => Number(/\d+/.exec(each)?.[0]);
  const others = sections.filter((each) => major(each) !== major(version));
  const all = [...others, section.trimEnd()].sort((a, b) => major(a) - major(b));
  return `${[preface.trimEnd(), ...all].join('\n\n')}\n`;
}

export function sectionText({ settings, rows, modules, builds, skipped }: Results): string {
  const { node, cpu, platform, precision, math, sizes, quick } = settings;
  const own = rows.filter(isOwn);
  const targets = distinct(own.map(({ target }) => target)).sort();
  const sequences = own.filter((row) => row.T > 1);
  return [
    `## Node ${node}`,
    [
      `${cpu}, ${platform}, one thread, ${precision}, ${math} maths, widths ${sizes === 'fixed' ? 'fixed at build' : 'given to the creator'}.`,
      ...(quick ? ['A quick look: figures not worth keeping.'] : []),
      ...peakText(own),
    ].join('\n'),
    ...targets.flatMap((target) =>
      (['forward', 'train', 'trainStep'] as const).flatMap((pass) => rateTable(sequences.filter((row) => row.target === target && row.pass === pass), target, pass)),
    ),
    ...productTable(sequences),
    ...streamingTable(own.filter((row) => sameShape(row, streamingShape))),
    ...peerTable(rows),
    ...moduleTable(modules, own),
    ...buildTable(builds),
    ...skippedList(skipped),
  ].join('\n\n');
}

/** The peaks that rows are fractions of, each of its own run. */
function peakText(rows: readonly Row[]): string[] {
  const pairs = distinct(rows.map(({ peakInstructions }) => peakInstructions));
  if (pairs.length === 0) return [];
  const plain = pairs.includes('relaxed madd') ? ` (${range(rows.map(({ plainPeakGflops }) => plainPeakGflops))} by mul+add)` : '';
  return [
    `Peak: ${range(rows.map(({ peakGflops }) => peakGflops))} GFLOP/s by ${pairs.join(' or ')} of 128 bits${plain}; JavaScript, float64: ${range(rows.map(({ javaScriptPeakGflops }) => javaScriptPeakGflops))} GFLOP/s. A fraction is of the peak at that moment.`,
  ];
}

function range(values: readonly number[]): string {
  const ends = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(1));
  return distinct(ends).join(' to ');
}

/** When the figures of a table were measured. */
function dateText(rows: readonly { readonly date: string }[]): string {
  const dates = distinct(rows.map(({ date }) => date)).sort();
  return `Measured ${distinct([dates[0] ?? '', dates.at(-1) ?? '']).join(' to ')}.`;
}

const isOwn = (row: Row): boolean => row.moduleBytes !== undefined;
const passTitles = { forward: 'forward', train: 'forward + backward', trainStep: 'a step of training', step: 'step' } as const;
const titleOf = ({ T, B, I, H }: Shape): string => [T, B, I, H].join(', ');

function rateTable(rows: readonly Dated<Row>[], target: string, pass: 'forward' | 'train' | 'trainStep'): string[] {
  if (rows.length === 0) return [];
  const shapes = distinctShapes(rows);
  const fraction = target === 'typescript' ? 'the JavaScript peak' : 'the peak';
  const body = distinct(rows.map(({ cell }) => cell)).map((cell) => [
    cell,
    ...shapes.map((shape) => {
      const row = rows.find((each) => each.cell === cell && sameShape(each, shape));
      if (row === undefined) return '';
      const part = ownFraction(row);
      return `${row.gflops.toFixed(1)} (${part.toFixed(2)})`;
    }),
  ]);
  return [`### ${target}, ${passTitles[pass]}`, `GFLOP/s, and the fraction of ${fraction}, by T, B, I, H. ${dateText(rows)}`, table(['cell', ...shapes.map(titleOf)], body)];
}

/** Of the peak of what the target is made of. */
const ownFraction = ({ target, fractionOfJavaScriptPeak, fractionOfPeak }: Row): number => (target === 'typescript' ? fractionOfJavaScriptPeak : fractionOfPeak);

/** How near the products alone come to the peak, and what part of the time they have: what is missing elsewhere is not theirs. */
function productTable(rows: readonly Dated<Row>[]): string[] {
  const watched = rows.filter(({ cell, shares }) => cell === 'vanilla-lstm' && shares !== undefined);
  if (watched.length === 0) return [];
  const shapes = distinctShapes(watched);
  const kinds = distinct(watched.map(({ target, pass }) => `${target}, ${passTitles[pass]}`)).sort();
  const body = kinds.map((kind) => [
    kind,
    ...shapes.map((shape) => {
      const row = watched.find((each) => `${each.target}, ${passTitles[each.pass]}` === kind && sameShape(each, shape));
      if (row?.shares === undefined) return '';
      const { products, maps, packs } = row.shares;
      return `${(ownFraction(row) / products).toFixed(2)} in ${percent(products)}; ${percent(maps)}, ${percent(packs)}`;
    }),
  ]);
  return [
    '### Where the time of the vanilla LSTM goes',
    `What the products alone reach of the peak, and in which part of the time; then the part of maps (elementwise maths, and the loops around) and of packing, by samples of the running function. ${dateText(watched)}`,
    table(['', ...shapes.map(titleOf)], body),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function streamingTable(rows: readonly Dated<Row>[]): string[] {
  if (rows.length === 0) return [];
  const targets = distinct(rows.map(({ target }) => target)).sort();
  const columns = targets.flatMap((target) => (['step', 'train'] as const).map((pass) => ({ target, pass })));
  const body = distinct(rows.map(({ cell }) => cell)).map((cell) => [
    cell,
    ...columns.map(({ target, pass }) => {
      const row = rows.find((each) => each.cell === cell && each.target === target && each.pass === pass);
      if (row === undefined) return '';
      const heap = row.allocatedBytes === undefined ? '' : `, ${String(row.allocatedBytes)} B`;
      return `${milliseconds(row.ms)} (${row.fractionOfJavaScriptPeak.toFixed(2)}${heap})`;
    }),
  ]);
  return [
    `### One example, one step: ${titleOf(streamingShape)}`,
    `A streaming step, and an online training step (forward + backward); in brackets the ratio to the JavaScript peak, and what a step leaves on the heap. ${dateText(rows)}`,
    table(['cell', ...columns.map(({ target, pass }) => `${target}, ${pass}`)], body),
  ];
}

/** The peers at all shapes, with how many times longer than the faster of our targets they take. */
function peerTable(rows: readonly Dated<Row>[]): string[] {
  const peers = distinct(rows.filter((row) => !isOwn(row)).map(({ target }) => target));
  if (peers.length === 0) return [];
  const compared = rows.filter(({ cell }) => cell === 'vanilla-lstm' || cell === 'character-model' || cell === 'character-trainer');
  return (['forward', 'train', 'trainStep', 'step'] as const).flatMap((pass) => {
    const ofPass = compared.filter((row) => row.pass === pass);
    const shapes = distinctShapes(ofPass);
    const names = [...distinct(ofPass.filter(isOwn).map(({ target }) => target)), ...peers].filter((name) => ofPass.some(({ target }) => target === name));
    const body = names.map((name) => [
      [name, ...distinct(ofPass.flatMap(({ target, note }) => (target === name && note !== undefined ? [note] : [])))].join(', '),
      ...shapes.map((shape) => {
        const here = ofPass.filter((each) => sameShape(each, shape));
        const row = here.find(({ target }) => target === name);
        if (row === undefined) return '–';
        return row.timesOurs === undefined ? milliseconds(row.ms) : `${milliseconds(row.ms)} (${times(row.timesOurs)}×)`;
      }),
    ]);
    if (body.length === 0) return [];
    return [
      `### Peers, ${passTitles[pass]}`,
      `Time, and how many times that of our faster target in the same run. ${dateText(ofPass)}`,
      table(['', ...shapes.map(titleOf)], body),
    ];
  });
}

export const times = (ratio: number): string => (ratio < 10 ? ratio.toPrecision(2) : ratio.toFixed(0));

function moduleTable(modules: readonly Dated<ModuleSize>[], own: readonly Row[]): string[] {
  if (modules.length === 0) return [];
  const body = modules.map(({ cell, target, bytes, gzipBytes, forwardOnlyGzipBytes }) => {
    const row = own.find((each) => each.cell === cell && each.target === target && each.pass === 'train');
    return [
      cell,
      target,
      String(bytes),
      String(gzipBytes),
      String(forwardOnlyGzipBytes),
      row?.buildMs === undefined ? '' : milliseconds(row.buildMs),
      row?.arenaBytes === undefined ? '' : `${String(row.arenaBytes)} (${shapeName(row)})`,
      row?.firstCallMs === undefined ? '' : milliseconds((row.importMs ?? 0) + (row.createMs ?? 0) + row.firstCallMs),
    ];
  });
  return [
    '### Modules',
    `Bytes as generated; of the creator, bundled, minified and compressed; the same of a module built without training. Build time inside the compiler, arena, and the time from \`import\` to the end of the first forward + backward, all at the smallest shape measured. ${dateText(modules)}`,
    table(['cell', 'target', 'bytes', 'shipped', 'forward only', 'build', 'arena', 'first use'], body),
  ];
}

function buildTable(builds: readonly Dated<BuildTimes>[]): string[] {
  if (builds.length === 0) return [];
  const body = builds.map(({ target, coldMs, furtherMs }) => [target, milliseconds(coldMs), milliseconds(furtherMs)]);
  return ['### `cellwright build`', dateText(builds), table(['target', 'one cell, process start included', 'each further cell'], body)];
}

function skippedList(skipped: readonly Skipped[]): string[] {
  if (skipped.length === 0) return [];
  const lines = distinct(skipped.map(({ reason }) => reason)).map((reason) => {
    const names = skipped.filter((each) => each.reason === reason).map(({ what }) => what);
    return `- ${reason}: ${names.join('; ')}`;
  });
  return ['### Not measured', lines.join('\n')];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
const distinctShapes = (rows: readonly Row[]): Shape[] =>
  rows.filter((row, k) => rows.findIndex((other) => sameShape(row, other)) === k);

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
