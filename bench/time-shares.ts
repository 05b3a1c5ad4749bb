import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import type { Subject } from './stopwatch.js';

/** Fractions of the time of a module, by what its functions do. */
export interface TimeShares {
  /** Products with shared weights, and sums of outer products. */
  readonly products: number;
  /** Elementwise maths with its reductions; in TypeScript also what the loops copy. */
  readonly maps: number;
  /** Packing of weights. */
  readonly packs: number;
}

/** What of a profile's nodes is read. */
type Sampled = Pick<Profiler.ProfileNode, 'hitCount'> & { readonly callFrame: Pick<Profiler.ProfileNode['callFrame'], 'functionName'> };

/**
 * Where the time of a warm subject goes, from samples of the function that is running.
 *
 * @param functions of a WebAssembly module, in order: it has no names itself
 */
export const timeShares = (subject: Subject, milliseconds: number, functions: readonly string[]): TimeShares | undefined =>
  sharesOf(sampled(subject, milliseconds).nodes, functions);

/** The shares of samples, by the names of the functions that they fell in. Without any sample there are none. */
export function sharesOf(nodes: readonly Sampled[], functions: readonly string[]): TimeShares | undefined {
  const counts = { products: 0, maps: 0, packs: 0 };
  let all = 0;
  for (const { hitCount = 0, callFrame: { functionName } } of nodes) {
    const index = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1];
    const kind = kindOf(index === undefined ? functionName : functions[Number(index)] ?? '');
    if (kind === undefined) continue;
    counts[kind] += hitCount;
    all += hitCount;
  }
  return all === 0 ? undefined : { products: counts.products / all, maps: counts.maps / all, packs: counts.packs / all };
}

/** By the names that emitted functions have. */
export function kindOf(name: string): keyof TimeShares | undefined {
  if (/^(product\d|transposedProduct|tiles|row|outer|runs)$/.test(name)) return 'products';
  // What `storePart` is called by can't be told from a sample.
  if (/^pack/.test(name)) return 'packs';
  return /^run[A-Z]|^(exponential|powerOfTwoMinusOne|hyperbolicTangent|sigmoid|softplus)$/.test(name) ? 'maps' : undefined;
}

function sampled(subject: Subject, milliseconds: number): Profiler.Profile {
  const session = new Session();
  session.connect();
  const found: Profiler.Profile[] = [];
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 200 });
  session.post('Profiler.start');
  const start = performance.now();
  while (performance.now() - start < milliseconds) subject();
  session.post('Profiler.stop', (error, { profile }) => {
    if (error === null) found.push(profile);
  });
  session.disconnect();
  const [profile] = found;
  if (profile === undefined) throw new Error('no profile was taken');
  return profile;
}
