import { encodeText } from '../../src/emit/wasm/encode.js';
import { webAssembly } from '../../src/emit/wasm/host.js';
import { describe, expect, it } from 'vitest';
import { javaScriptPeakText } from '../../bench/peak/javascript-peak.js';
import { vectorFlops, vectorPeakText } from '../../bench/peak/vector-peak.js';

type Run = (turns: number) => number;
const variant = { chains: 3, rounds: 2 };

/** What chain k, started at `starts[k]`, is after so many rounds of s · 0.75 + 0.25, summed over the chains. */
const expected = (starts: readonly number[], rounds: number): number =>
  starts.reduce((sum, start) => sum + 1 + (start - 1) * 0.75 ** rounds, 0);

describe('the loops that peaks are measured by take every round', () => {
  it.each(['float32', 'float64'] as const)('%s vectors', async (precision) => {
    const binary = await encodeText(vectorPeakText(precision, 'mul+add', variant));
    const { run } = new webAssembly.Instance(new webAssembly.Module(binary), {}).exports as { readonly run: Run };
    for (const turns of [1, 2]) expect(run(turns)).toBeCloseTo(expected([1, 1 + 1 / 16, 1 + 2 / 16], 2 * turns), 6);
  });

  it('JavaScript', async () => {
    const url = `data:text/javascript,${encodeURIComponent(javaScriptPeakText(variant))}`;
    const { run } = (await import(/* @vite-ignore */ url)) as { readonly run: Run };
    for (const turns of [1, 2]) expect(run(turns)).toBeCloseTo(expected([0.5, 1.5, 2.5].map((k) => 1 + k / 16), 2 * turns), 12);
  });

  it('relaxed vectors encode, whether or not this host runs them', async () => {
    const text = vectorPeakText('float32', 'relaxed madd', variant);
    expect((await encodeText(text)).length).toBeGreaterThan(100);
    expect(text.match(/relaxed_madd/g)).toHaveLength(6);
    expect(vectorFlops('float32', variant)).toBe(2 * 4 * 6);
  });
});
