import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sectionText } from '../../bench/markdown.js';
import type { Row } from '../../bench/row.js';
import type { Pass } from '../../bench/shape.js';
import { earlierResults, mergedResults, noResults, resultsFile, saveResults } from '../../bench/stored-results.js';
import type { Dated, Results, Settings } from '../../bench/stored-results.js';

const settings: Settings = { node: '20.19.0', cpu: 'some CPU', platform: 'linux', precision: 'float32', math: 'fast', sizes: 'fixed', quick: false };

const small = { T: 100, B: 1, I: 4, H: 16 };
const large = { T: 100, B: 32, I: 64, H: 128 };

/** A measurement at 2 GFLOP/s, of a machine with the given peak. */
function row(cell: string, target: string, pass: Pass, date: string, peak: number, more: Partial<Row> = {}): Dated<Row> {
  const common = { layers: 1, ms: 1, medianMs: 1, samples: 3, gflops: 2, peakInstructions: 'mul+add' as const, node: settings.node };
  const peaks = { peakGflops: peak, javaScriptPeakGflops: peak, plainPeakGflops: peak, fractionOfPeak: 2 / peak, fractionOfJavaScriptPeak: 2 / peak };
  const own = target === 'wasm' || target === 'typescript' ? { moduleBytes: 1 } : {};
  return { cell, target, pass, ...small, ...common, ...peaks, ...own, date, ...more };
}

const run = (parts: Partial<Results>): Results => ({ ...noResults(settings), ...parts });

/** The cells of all table rows that begin with a name. */
const tableRows = (text: string, name: string): string[][] =>
  text.split('\n').filter((line) => line.startsWith(`| ${name} |`)).map((line) => line.split('|').slice(1, -1).map((each) => each.trim()));

describe('tables of several runs', () => {
  const first = run({
    rows: [row('gru-v1', 'wasm', 'forward', '2026-01-01', 4), row('vanilla-lstm', 'wasm', 'forward', '2026-01-01', 4)],
    skipped: [
      { what: 'jax-js', reason: 'not installed' },
      { what: 'vanilla-lstm 100x32x64x128 forward wasm', reason: 'it fails' },
      { what: 'gru-v1 100x1x4x16 train wasm', reason: 'it fails' },
    ],
  });
  const second = run({
    rows: [
      row('vanilla-lstm', 'jax-js', 'forward', '2026-01-03', 8, { ms: 7, timesOurs: 3.5 }),
      row('vanilla-lstm', 'wasm', 'forward', '2026-01-03', 8, { ms: 2 }),
      row('vanilla-lstm', 'wasm', 'forward', '2026-01-03', 8, large),
    ],
  });
  const merged = mergedResults(first, second);
  const text = sectionText(merged);

  it('hold what each run measured, the later one where both did, as the benchmark has its cases', () => {
    expect(merged.rows.map(({ cell, target, H, date }) => [cell, target, H, date])).toEqual([
      ['vanilla-lstm', 'wasm', 16, '2026-01-03'],
      ['vanilla-lstm', 'jax-js', 16, '2026-01-03'],
      ['gru-v1', 'wasm', 16, '2026-01-01'],
      ['vanilla-lstm', 'wasm', 128, '2026-01-03'],
    ]);
  });

  it('show each rate as a fraction of the peak of its own run, and say when that was', () => {
    expect(tableRows(text, 'vanilla-lstm')).toEqual([['vanilla-lstm', '2.0 (0.25)', '2.0 (0.25)']]);
    expect(tableRows(text, 'gru-v1')).toEqual([['gru-v1', '2.0 (0.50)', '']]);
    expect(text).toContain('Measured 2026-01-01 to 2026-01-03.');
    expect(text).toContain('Peak: 4.0 to 8.0 GFLOP/s by mul+add');
  });

  it('compare a peer with the run that it was in, though ours was timed again', () => {
    const again = run({ rows: [row('vanilla-lstm', 'wasm', 'forward', '2026-01-05', 8, { ms: 1 })] });
    const later = sectionText(mergedResults(merged, again));
    expect(tableRows(later, 'jax-js')[0]?.[1]).toBe('7.00 ms (3.5×)');
    expect(tableRows(later, 'wasm')[0]?.[1]).toBe('1.00 ms');
  });

  it('list as not measured only what no run measured', () => {
    expect(merged.skipped.map(({ what }) => what)).toEqual(['gru-v1 100x1x4x16 train wasm']);
  });

  it('leave out cases that the benchmark has no more', () => {
    expect(mergedResults(run({ rows: [row('no-such-cell', 'wasm', 'forward', '2026-01-01', 4)] }), second).rows).toHaveLength(3);
  });
});

describe('the file beside the tables', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cellwright-results-'));
  afterAll(() => { rmSync(folder, { recursive: true }); });
  const file = resultsFile(join(folder, 'RESULTS.md'), settings);
  const results = run({ rows: [row('gru-v1', 'wasm', 'forward', '2026-01-01', 4)], skipped: [{ what: 'that', reason: 'this' }] });

  it('is one for each major version of Node, and gives back what was stored', () => {
    expect(file).toBe(join(folder, 'results', 'node20.json'));
    expect(earlierResults(file, settings)).toEqual(noResults(settings));
    saveResults(file, results);
    expect(earlierResults(file, settings)).toEqual(results);
  });

  it('takes no figures that do not compare with its own', () => {
    saveResults(file, results);
    expect(() => earlierResults(file, { ...settings, cpu: 'another CPU', math: 'exact' })).toThrow(
      /--fresh starts anew\n {2}cpu: some CPU there, another CPU here\n {2}math: fast there, exact here$/,
    );
  });
});
