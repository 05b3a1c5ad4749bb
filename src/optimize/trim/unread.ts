import { isNode } from '../../graph/node.js';
import { scan } from '../../ops/scan.js';
import { restrict } from '../trim.js';
import { neededInputs } from './live-nodes.js';
import type { Loop } from './loop.js';

/** Drops the outputs and sums that nobody reads, then the carries, sequences and invariants that nothing needs any more. */
export function dropUnread({ parts, sources }: Loop): Loop {
  const { body } = parts;
  const read = (kind: 'output' | 'sum') =>
    new Set(sources.flatMap((source) => (source?.kind === kind ? [source.name] : [])));
  const outputs = [...new Set(parts.outputs)].filter((name) => read('output').has(name));
  const sums = [...new Set(parts.sums)].filter((name) => read('sum').has(name));
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
