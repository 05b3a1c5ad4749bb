import { basename } from 'node:path';
import { problemOf } from './case.js';
import { compare, exceeds } from './compare.js';
import type { Deviation } from './compare.js';
import { readReference } from './format.js';
import type { ReferenceCase, ReferenceTrace } from './format.js';
import type { OracleTarget, Precision } from './targets.js';

/** What came of one file on one target. `names` are what it may be asked for by. */
export type Outcome = { readonly names: readonly string[] } & (
  | { readonly status: 'passed'; readonly worst: Deviation }
  | { readonly status: 'failed'; readonly problems: readonly string[] }
  | { readonly status: 'skipped'; readonly reason: string }
);

/** Reads, computes and compares one file. Does not throw: what goes wrong is a failure that says so. */
export async function outcomeOf(path: string, target: OracleTarget, precision: Precision): Promise<Outcome> {
  const file = basename(path, '.json');
  let reference: ReferenceCase | ReferenceTrace;
  try {
    reference = readReference(path);
  } catch (error) {
    return { names: [file], status: 'failed', problems: [messageOf(error)] };
  }
  const { name, id, cell, expected } = reference;
  const names = [...new Set([file, name, id, cell])];
  try {
    const problem = problemOf(reference);
    if (problem.kind === 'unknown') return { names, status: 'skipped', reason: problem.reason };
    const deviations = compare(expected, await target.run(problem, precision), precision);
    const problems = deviations.filter(exceeds).map(describe);
    const [worst] = deviations;
    if (worst === undefined) return { names, status: 'failed', problems: ['the file expects nothing'] };
    return problems.length > 0 ? { names, status: 'failed', problems } : { names, status: 'passed', worst };
  } catch (error) {
    return { names, status: 'failed', problems: [messageOf(error)] };
  }
}

function describe({ path, error, tolerance }: Deviation): string {
  return Number.isNaN(error)
    ? `${path} is missing, of another length or not a number`
    : `${path} is off by ${error.toExponential(1)}, more than ${tolerance.toExponential(0)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
