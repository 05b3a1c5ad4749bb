import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from '../cases.js';
import { runChild } from '../child.js';
import { measurementName } from '../measurement-name.js';
import { reasonOf } from '../reason.js';
import type { Peaks } from '../peak/peak-loop.js';
import type { Quiet } from '../quiet.js';
import type { Row } from '../row.js';
import { rowOf } from '../run-case.js';
import { shapeName } from '../shape.js';
import type { Pass } from '../shape.js';
import type { Effort } from '../stopwatch.js';
import { nodePeers, pythonPeers } from './peers.js';
import { referenceWork } from './reference-work.js';
import { saveWork } from './work.js';
import type { PeerMessage, PeerOrder } from './work.js';

export interface PeerOptions {
  readonly folder: string;
  /** The Python that may have PyTorch. */
  readonly python: string;
  readonly peaks: Peaks;
  /** Waited for before each process. */
  readonly quiet: Quiet;
  readonly effort: Effort;
  /** Of one pass of one peer. */
  readonly limitMs: number;
  readonly skip: (what: string, reason: string) => void;
  /** Told what a peer says of itself. */
  readonly tell: (peer: string, text: string) => void;
}

/** The cells that peers have: the LSTM, with peepholes where they can, in one layer or two. */
const comparable = new Set(['vanilla-lstm', 'character-model', 'character-trainer']);

/** Gives every peer the work of a case, one process after the other; each of them computes on one thread. */
export async function runPeers(each: Case, options: PeerOptions): Promise<Row[]> {
  if (!comparable.has(each.cell)) return [];
  const data = join(options.folder, `work-${each.cell}-${shapeName(each.shape)}`);
  mkdirSync(data);
  try {
    saveWork(data, await referenceWork(data, each));
  } catch (error) {
    options.skip(`${each.cell} ${shapeName(each.shape)}, all peers`, reasonOf(error));
    return [];
  }
  const rows: Row[] = [];
  for (const peer of Object.keys(nodePeers)) {
    const program = fileURLToPath(new URL('peers/time-peer.js', import.meta.url));
    rows.push(...(await runPeer(each, peer, [process.execPath, program], data, options)));
  }
  for (const peer of pythonPeers) {
    const program = fileURLToPath(new URL('../peers/pytorch.py', import.meta.url));
    rows.push(...(await runPeer(each, peer, [options.python, program], data, options)));
  }
  return rows;
}

/** Libraries that read it keep to one thread; the others are told in their own words. */
const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

async function runPeer(each: Case, peer: string, [command, program]: readonly [string, string], data: string, options: PeerOptions): Promise<Row[]> {
  const { shape, layers, passes } = each;
  const { effort, limitMs, peaks } = options;
  const order: PeerOrder = { peer, shape, layers, passes, effort, limitMs, data };
  const file = join(data, `${peer}.json`);
  writeFileSync(file, JSON.stringify(order));
  const skip = (pass: Pass, reason: string): void => {
    options.skip(measurementName(each, pass, peer), reason);
  };
  const rows: Row[] = [];
  const skipped = new Set<string>();
  let version = '';
  let note: string | undefined;
  const hear = (line: string): void => {
    const message = parsedMessage(line);
    switch (message?.kind) {
      case 'version':
        ({ version, note } = message);
        return;
      case 'info':
        options.tell(peer, message.text);
        return;
      case 'skipped':
        skipped.add(message.pass);
        skip(message.pass, message.reason);
        return;
      case 'timed': {
        const { pass, firstCallMs, difference, ms, medianMs, samples } = message;
        const peak = { vectorPeak: peaks.vector.gflops, javaScriptPeak: peaks.javaScript.gflops };
        const facts = { version, firstCallMs, ...(note === undefined ? {} : { note }), ...(difference === undefined ? {} : { difference }) };
        rows.push({ ...rowOf(each, pass, peer, { ms, medianMs, samples }, peak, peaks), ...facts });
        return;
      }
      case undefined:
        return;
    }
  };
  await options.quiet();
  // One call may overrun the limit of its pass, once.
  const { outcome, errors } = await runChild(command, [program, file], { limitMs: 2 * limitMs * passes.length, environment: oneThread, line: hear });
  const missing = passes.filter((pass) => !skipped.has(pass) && !rows.some((row) => row.pass === pass));
  if (missing.length > 0 && notInstalled(errors)) options.skip(peer, 'not installed');
  else for (const pass of missing) skip(pass, outcome === 'killed' ? `more than ${String(2 * limitMs / 1000)} s` : reasonIn(errors));
  return rows;
}

/** A line of a peer's output that is for us; libraries print others. */
function parsedMessage(line: string): PeerMessage | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && 'kind' in value ? (value as PeerMessage) : undefined;
  } catch {
    return undefined;
  }
}

const notInstalled = (errors: string): boolean => /Cannot find (package|module)|No module named/.test(errors);

/** The line of an error report that says what is wrong. */
function reasonIn(errors: string): string {
  const lines = errors.split('\n').map((line) => line.trim());
  return lines.find((line) => /^(\w*Error|Error)\b.*:/.test(line)) ?? lines.filter((line) => line !== '').at(-1) ?? 'it ends without a word';
}
