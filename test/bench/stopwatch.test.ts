import { expect, it } from 'vitest';
import { summary, timeInTurns } from '../../bench/stopwatch.js';

it('the fastest sample and the one in the middle', () => {
  expect(summary([3, 1, 10])).toEqual({ ms: 1, medianMs: 3, samples: 3 });
  expect(summary([4, 1, 2, 100])).toEqual({ ms: 1, medianMs: 3, samples: 4 });
});

it('all subjects are timed in turns', () => {
  const calls: string[] = [];
  const busy = (name: string) => () => {
    calls.push(name);
    const start = performance.now();
    while (performance.now() - start < 1);
  };
  const timings = timeInTurns([busy('a'), busy('b')], [], { sampleMs: 1, warmUpMs: 4, samplesMs: 1, leastSamples: 3 });
  expect(timings.map(({ samples }) => samples)).toEqual([3, 3]);
  for (const { ms } of timings) expect(ms).toBeGreaterThanOrEqual(1);
  expect(calls.slice(-6).join('')).toBe('ababab');
});
