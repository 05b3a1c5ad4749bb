import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Subject } from './stopwatch.js';

/** So few that the young generation holds what calls of some kilobytes leave, and nothing is collected in between. */
const calls = 200;

/**
 * What a call leaves on the heap, in bytes. Each run starts from a collected heap and counts only what a run of no calls
 * does not leave as well; the least of several, since the host compiles and allocates at moments of its own.
 */
export function heapGrowth(subject: Subject): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const least = (count: number): number => {
    const growths = Array.from({ length: 8 }, () => {
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let call = 0; call < count; call++) subject();
      return process.memoryUsage().heapUsed - before;
    });
    return Math.min(...growths);
  };
  return Math.max(0, Math.round((least(calls) - least(0)) / calls));
}
