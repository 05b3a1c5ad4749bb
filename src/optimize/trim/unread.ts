import { isNode } from '../../graph/node.js';
import { scan } from '../../ops/scan.js';
import { restrict } from '../trim.js';
import { neededInputs } from './live-nodes.js';
import type { Loop } from './loop.js';

/** Drops the outputs and sums that nobody reads, then the carries, sequences and invariants that nothing needs any more. */
export function dropUnread({ parts, sources }: Loop): Loop {
  const { body } = parts;
  const readOf = (kind: 'output' | 'sum', names: readonly string[]): string[] => {
    const read = new Set(sources.flatMap((source) => (source?.kind === kind ? [source.name] : [])));
    return [...new Set(names)].filter((name) => read.has(name));
  };
  const outputs = readOf('output', parts.outputs);
  const sums = readOf('sum', parts.sums);
  const kept = new Set(sources.flatMap((source) => (source !== undefined && 'carry' in source ? [source.carry] : [])));
  const needed = neededInputs(body, parts.carries, [...outputs, ...sums], kept);
  const isNeeded = ({ input }: { readonly input: string }): boolean => needed.has(input);
  const carries = parts.carries.filter(isNeeded);
  const live = new Set([...carries.map((carry) => carry.output), ...outputs, ...sums]);
  const tight = [...body.inputs.keys()].every((name) => needed.has(name)) && [...body.outputs.keys()].every((name) => live.has(name));
  const tightened =
    tight && !body.nodes.some((node) => isNode(node, scan))
      ? body
      : restrict(body.withOutputs(new Map([...body.outputs].filter(([name]) => live.has(name)))), needed);
  return {
    sources,
    parts: {
      ...parts,
      body: tightened,
      carries,
      sequences: parts.sequences.filter(isNeeded),
      invariants: parts.invariants.filter(isNeeded),
      outputs,
      sums,
      step: parts.step !== undefined && needed.has(parts.step) ? parts.step : undefined,
    },
  };
}
