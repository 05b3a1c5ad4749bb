import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { gigaflops, peakSubject } from './peak/peak-loop.js';
import type { RatedLoop } from './peak/peak-loop.js';
import { summary } from './stopwatch.js';

/** Waits until the machine is undisturbed, or for long enough. */
export type Quiet = () => Promise<void>;

export interface Patience {
  /** The part of the best rate so far that the middle sample has to reach. */
  readonly enough: number;
  /** How long to wait at once, and in all. */
  readonly mostMs: number;
  readonly totalMs: number;
}

const patience: Patience = { enough: 0.93, mostMs: 30_000, totalMs: 600_000 };

/** Watches by the rate of the peak's loop, in this process: other users of a machine slow that down too. */
export async function quietBy(loop: RatedLoop): Promise<Quiet> {
  const subject = await peakSubject(loop);
  const rate = (): number => {
    const samples: number[] = [];
    const end = performance.now() + 100;
    while (performance.now() < end) {
      const start = performance.now();
      subject();
      samples.push(performance.now() - start);
    }
    return gigaflops(loop.flops, summary(samples).medianMs);
  };
  // The first call compiles.
  subject();
  return quietWhere(rate, loop.gflops, patience, (ms) => sleep(ms), () => performance.now());
}

/** The same for any rate, clock and way to wait. */
export function quietWhere(rate: () => number, known: number, { enough, mostMs, totalMs }: Patience, wait: (ms: number) => Promise<void>, now: () => number): Quiet {
  let best = known;
  let left = totalMs;
  return async () => {
    const start = now();
    for (;;) {
      const current = rate();
      best = Math.max(best, current);
      const waited = now() - start;
      if (current >= enough * best || waited >= Math.min(mostMs, left)) {
        left -= waited;
        return;
      }
      await wait(1000);
    }
  };
}
