import { describe, expect, it } from 'vitest';
import { quietWhere } from '../../bench/quiet.js';

/** A machine whose rate is what comes next in a list, and whose clock moves only while it waits. */
function machine(rates: readonly number[]): { wait: (ms: number) => Promise<void>; now: () => number; rate: () => number } {
  let time = 0;
  let k = 0;
  return {
    now: () => time,
    rate: () => rates[Math.min(k++, rates.length - 1)] ?? 0,
    wait: (ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

const patience = { enough: 0.9, mostMs: 5000, totalMs: 8000 };

describe('waiting for a quiet machine', () => {
  it('ends at once where it is quiet', async () => {
    const { rate, wait, now } = machine([95]);
    await quietWhere(rate, 100, patience, wait, now)();
    expect(now()).toBe(0);
  });

  it('ends when it becomes quiet', async () => {
    const { rate, wait, now } = machine([60, 70, 92, 60]);
    await quietWhere(rate, 100, patience, wait, now)();
    expect(now()).toBe(2000);
  });

  it('goes by the best rate that there has been', async () => {
    const { rate, wait, now } = machine([120, 95, 110]);
    const quiet = quietWhere(rate, 100, patience, wait, now);
    await quiet();
    await quiet();
    expect(now()).toBe(1000);
  });

  it('ends after a while in any case, sooner once much has been waited', async () => {
    const { rate, wait, now } = machine([50]);
    const quiet = quietWhere(rate, 100, patience, wait, now);
    await quiet();
    expect(now()).toBe(5000);
    await quiet();
    expect(now()).toBe(8000);
    await quiet();
    expect(now()).toBe(8000);
  });
});
