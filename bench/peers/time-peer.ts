import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Pass } from '../shape.js';
import { summary } from '../stopwatch.js';
import type { Peer, PreparedPass } from './peer.js';
import { nodePeers } from './peers.js';
import { loadWork } from './work.js';
import type { PeerMessage, PeerOrder, Work } from './work.js';
import { reasonOf } from '../reason.js';

/** The program of a process that times one peer on one shape; the order is in the file that it is given. */
const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PeerOrder;
await runPeer(order);
// Some libraries keep a thread waiting.
process.exit(0);

function tell(message: PeerMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function runPeer({ peer: name, shape, passes, layers, data }: PeerOrder): Promise<void> {
  const work = loadWork(data, layers);
  const factory = nodePeers[name];
  if (factory === undefined) throw new Error(`there is no peer '${name}'`);
  const peer = await factory(work, shape);
  tell({ kind: 'version', version: peer.version, ...(peer.note === undefined ? {} : { note: peer.note }) });
  for (const pass of passes) tell(await timePass(peer, pass, work));
}

async function timePass({ passes }: Peer, pass: Pass, work: Work): Promise<PeerMessage> {
  const prepare = passes[pass];
  if (prepare === undefined) return { kind: 'skipped', pass, reason: 'it has no such pass' };
  try {
    const prepared = await prepare();
    return { kind: 'timed', pass, ...(await time(prepared)), ...difference(prepared, work) };
  } catch (error) {
    return { kind: 'skipped', pass, reason: reasonOf(error) };
  }
}

/** Warm-up and best-of as for generated modules, by calls that may be asynchronous; slow ones get fewer repetitions. */
async function time({ run }: PreparedPass): Promise<{ ms: number; medianMs: number; samples: number; firstCallMs: number }> {
  const { effort, limitMs } = order;
  const start = performance.now();
  const sample = async (calls: number): Promise<number> => {
    const began = performance.now();
    for (let call = 0; call < calls; call++) await run();
    return (performance.now() - began) / calls;
  };
  const spent = (): number => performance.now() - start;
  const firstCallMs = await sample(1);
  let best = Infinity;
  // Compiled at its first call, a peer may need seconds for that and then be fast.
  while (spent() < effort.warmUpMs + firstCallMs && spent() + Math.min(best, firstCallMs) < limitMs / 2) best = Math.min(best, await sample(1));
  const calls = Number.isFinite(best) ? Math.max(1, Math.ceil(effort.sampleMs / best)) : 1;
  const samples: number[] = Number.isFinite(best) ? [] : [firstCallMs];
  const began = performance.now();
  const enough = (): boolean => samples.length >= effort.leastSamples && performance.now() - began >= effort.samplesMs;
  while (!enough() && spent() + Math.min(best, firstCallMs) * calls < limitMs) samples.push(await sample(calls));
  if (samples.length === 0) samples.push(best);
  return { ...summary(samples), firstCallMs };
}

/** How far the outputs are from those of a generated module; a peer that computes something else is not timed. */
function difference({ outputs }: PreparedPass, { y }: Work): { difference?: number } {
  if (outputs === undefined) return {};
  const theirs = outputs();
  const most = y.reduce((worst, value, k) => Math.max(worst, Math.abs(value - (theirs[k] ?? NaN))), 0);
  if (!(most < 1e-4)) throw new Error(`its outputs are off by ${String(most)}`);
  return { difference: most };
}
