import { Dim } from '../../graph/dim.js';
import type { GraphBuilder } from '../../graph/graph.js';
import type { ScanParts } from '../../ops/scan.js';
import { repeatedConstant } from '../rules/match.js';
import { changeInputs, mapSources, repeatRows } from './loop.js';
import type { InputChange, Loop } from './loop.js';

type Carry = ScanParts['carries'][number];

/**
 * A carry that never changes is an invariant, and its history repeats one value: its next value is itself, or the value
 * that it starts from. Differentiation leaves such carries where a state has no derivative, with zeros at both ends.
 */
export function fixCarries(builder: GraphBuilder, loop: Loop): Loop {
  const { parts } = loop;
  const fixed = new Map(parts.carries.filter((carry) => isFixed(parts, carry)).map((carry) => [carry.input, carry.initial]));
  if (fixed.size === 0) return loop;
  const changed: Loop = {
    ...loop,
    parts: {
      ...parts,
      carries: parts.carries.filter((carry) => !fixed.has(carry.input)),
      invariants: [...parts.invariants, ...[...fixed].map(([input, value]) => ({ input, value }))],
    },
  };
  return mapSources(changed, (source) => {
    const value = 'carry' in source ? fixed.get(source.carry) : undefined;
    if (value === undefined || source.kind === 'value') return source;
    if (source.kind === 'final') return { kind: 'value', node: value };
    return { kind: 'value', node: repeatRows(builder, value, source.kind === 'history' ? parts.length.plus(1) : parts.length) };
  });
}

function isFixed({ body, invariants }: ScanParts, { input, output, initial }: Carry): boolean {
  const next = body.output(output);
  if (next === body.input(input)) return true;
  if (invariants.some(({ input: name, value }) => value === initial && body.input(name) === next)) return true;
  const constant = repeatedConstant(next);
  const first = repeatedConstant(initial);
  if (constant instanceof Dim || first instanceof Dim) return constant instanceof Dim && first instanceof Dim && constant.equals(first);
  return constant !== undefined && first !== undefined && (constant === first || Object.is(constant, first));
}

/** Two carries that start from the same value and have the same next value are one. */
export function mergeCarries(loop: Loop): Loop {
  const { body, carries } = loop.parts;
  const sameAs = new Map<string, string>();
  for (const [k, { input, output, initial }] of carries.entries()) {
    const twin = carries.slice(0, k).find((other) => other.initial === initial && body.output(other.output) === body.output(output));
    if (twin !== undefined) sameAs.set(input, sameAs.get(twin.input) ?? twin.input);
  }
  if (sameAs.size === 0) return loop;
  const changes = new Map<string, InputChange>([...sameAs].map(([input, name]) => [input, { kind: 'sameAs', name }]));
  const changed: Loop = {
    ...loop,
    parts: { ...loop.parts, body: changeInputs(body, changes), carries: carries.filter(({ input }) => !sameAs.has(input)) },
  };
  return mapSources(changed, (source) => ('carry' in source ? { ...source, carry: sameAs.get(source.carry) ?? source.carry } : source));
}
