import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Precision } from 'cellwright/compiler';
import { encodeText } from '../../src/emit/wasm/encode.js';
import { webAssembly } from '../../src/emit/wasm/host.js';
import { timeInTurns } from '../stopwatch.js';
import type { Effort } from '../stopwatch.js';
import { javaScriptFlops, javaScriptPeakText } from './javascript-peak.js';
import { gigaflops, peakSubject } from './peak-loop.js';
import type { PeakLoop, Peaks, RatedLoop } from './peak-loop.js';
import { vectorFlops, vectorPeakText } from './vector-peak.js';
import type { InstructionPair, PeakVariant } from './vector-peak.js';

const turns = 20_000;
const variants: readonly PeakVariant[] = [8, 10, 12, 13].flatMap((chains) => [1, 2, 4].map((rounds) => ({ chains, rounds })));

/** Writes the loops into a folder, and takes of each kind the variant that is fastest here. */
export async function choosePeaks(folder: string, precision: Precision, effort: Effort): Promise<Peaks> {
  const plain = await fastest(await vectorLoops(folder, precision, 'mul+add'), effort);
  const javaScript = await fastest(javaScriptLoops(folder), effort);
  const relaxed = await vectorLoops(folder, precision, 'relaxed madd');
  const [first] = relaxed;
  if (first === undefined || !webAssembly.validate(Uint8Array.from(readFileSync(first.file)))) {
    return { vector: plain, pair: 'mul+add', plain, javaScript };
  }
  return { vector: await fastest(relaxed, effort), pair: 'relaxed madd', plain, javaScript };
}

async function vectorLoops(folder: string, precision: Precision, pair: InstructionPair): Promise<PeakLoop[]> {
  const loops: PeakLoop[] = [];
  for (const variant of variants) {
    const file = join(folder, `peak-${pair.replace(/\W/g, '-')}-${nameOf(variant)}.wasm`);
    writeFileSync(file, await encodeText(vectorPeakText(precision, pair, variant)));
    loops.push({ file, turns, variant, flops: turns * vectorFlops(precision, variant) });
  }
  return loops;
}

function javaScriptLoops(folder: string): PeakLoop[] {
  return variants.map((variant) => {
    const file = join(folder, `peak-${nameOf(variant)}.js`);
    writeFileSync(file, javaScriptPeakText(variant));
    return { file, turns, variant, flops: turns * javaScriptFlops(variant) };
  });
}

const nameOf = ({ chains, rounds }: PeakVariant): string => `${String(chains)}x${String(rounds)}`;

async function fastest(loops: readonly PeakLoop[], effort: Effort): Promise<RatedLoop> {
  const subjects = await Promise.all(loops.map(peakSubject));
  const timings = timeInTurns(subjects, [], { ...effort, samplesMs: effort.samplesMs / loops.length });
  const rated = loops.map((loop, k) => ({ ...loop, gflops: gigaflops(loop.flops, timings[k]?.ms ?? NaN) }));
  return rated.reduce((best, loop) => (loop.gflops > best.gflops ? loop : best));
}
