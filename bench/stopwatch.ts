import { performance } from 'node:perf_hooks';

/** How long to measure. */
export interface Effort {
  /** Time of one sample, so that the clock's grain does not matter; a call that takes longer is a sample of its own. */
  readonly sampleMs: number;
  /** What a subject runs before it is timed, at least; it goes on until it gets no faster, up to eight times that. */
  readonly warmUpMs: number;
  /** What its samples take together, at least. */
  readonly samplesMs: number;
  readonly leastSamples: number;
}

export const thorough: Effort = { sampleMs: 5, warmUpMs: 500, samplesMs: 800, leastSamples: 3 };
export const quick: Effort = { sampleMs: 2, warmUpMs: 60, samplesMs: 60, leastSamples: 1 };

export interface Timing {
  /** Of one call: the fastest sample, and the one in the middle. */
  readonly ms: number;
  readonly medianMs: number;
  readonly samples: number;
}

/** What is timed: one call of it. */
export type Subject = () => void;

/**
 * Warms up all subjects, then times them in turns, so that what disturbs the machine for a while disturbs them all.
 *
 * @param firstCallsMs what each subject has run already
 */
export function timeInTurns(subjects: readonly Subject[], firstCallsMs: readonly number[], effort: Effort): Timing[] {
  const calls = subjects.map((subject, k) => {
    const callMs = warmUp(subject, firstCallsMs[k] ?? 0, effort);
    return Math.max(1, Math.ceil(effort.sampleMs / callMs));
  });
  const samples = subjects.map((): number[] => []);
  const start = performance.now();
  let turns = 0;
  do {
    subjects.forEach((subject, k) => samples[k]?.push(sample(subject, calls[k] ?? 1)));
    turns++;
  } while (turns < effort.leastSamples || performance.now() - start < effort.samplesMs * subjects.length);
  return samples.map(summary);
}

/** Milliseconds of a call, once they shrink no more. */
function warmUp(subject: Subject, alreadyMs: number, { sampleMs, warmUpMs }: Effort): number {
  const start = performance.now() - alreadyMs;
  let best = alreadyMs === 0 ? Infinity : alreadyMs;
  let calls = 1;
  let stable = 0;
  let elapsed = alreadyMs;
  while (elapsed < warmUpMs || (stable < 3 && elapsed < 8 * warmUpMs)) {
    const ms = sample(subject, calls);
    stable = ms < 0.99 * best ? 0 : stable + 1;
    best = Math.min(best, ms);
    calls = Math.max(1, Math.ceil(sampleMs / ms));
    elapsed = performance.now() - start;
  }
  return best;
}

/** Milliseconds of one of so many calls. */
function sample(subject: Subject, calls: number): number {
  const start = performance.now();
  for (let call = 0; call < calls; call++) subject();
  // A clock may be too coarse to see a call.
  return Math.max(performance.now() - start, 1e-4) / calls;
}

export function summary(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return { ms: sorted[0] ?? NaN, medianMs: (low + high) / 2, samples: sorted.length };
}
