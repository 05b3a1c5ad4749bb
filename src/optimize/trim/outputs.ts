import type { GraphBuilder } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import { broadcastTo, fill, product } from '../../ops/construct.js';
import { iota } from '../../ops/iota.js';
import type { ScanParts } from '../../ops/scan.js';
import { constantOf, repeatedConstant } from '../rules/match.js';
import { mapSources, repeatRows } from './loop.js';
import type { Loop, Source } from './loop.js';

/**
 * Stacked outputs and sums that need no storage of their own:
 *
 * - an output that is the state before or after the step is a part of that state's history;
 * - an output that is an input of the step is what was passed in;
 * - an output that is the same in each step is repeated, and its sum is a multiple;
 * - two outputs, or two sums, of the same value are one.
 */
export function forwardOutputs(builder: GraphBuilder, loop: Loop): Loop {
  const { parts } = loop;
  const stacked = new Map(parts.outputs.map((name) => [name, stackedSource(builder, parts, name)]));
  const summed = new Map(parts.sums.map((name) => [name, sumSource(builder, parts, name)]));
  return mapSources(loop, (source) => {
    if (source.kind === 'output') return stacked.get(source.name) ?? source;
    return source.kind === 'sum' ? (summed.get(source.name) ?? source) : source;
  });
}

/** Undefined where the output stays. */
function stackedSource(builder: GraphBuilder, parts: ScanParts, name: string): Source | undefined {
  const { body, carries, outputs } = parts;
  const node = body.output(name);
  const previous = carries.find(({ input }) => body.input(input) === node);
  if (previous !== undefined) return { kind: 'previous', carry: previous.input };
  const next = carries.find(({ output }) => body.output(output) === node);
  if (next !== undefined) return { kind: 'next', carry: next.input };
  const value = passedIn(builder, parts, node);
  if (value !== undefined) return { kind: 'value', node: value };
  const first = outputs.find((other) => body.output(other) === node);
  return first === undefined || first === name ? undefined : { kind: 'output', name: first };
}

/** A value of the body for all steps, `[T, …]`, where no step computes anything for it. */
function passedIn(builder: GraphBuilder, parts: ScanParts, node: Node): Node | undefined {
  const { body, sequences, invariants, step, length } = parts;
  const isInput = ({ input }: { readonly input: string }): boolean => body.input(input) === node;
  const sequence = sequences.find(isInput);
  if (sequence !== undefined) return sequence.value;
  const invariant = invariants.find(isInput);
  if (invariant !== undefined) return repeatRows(builder, invariant.value, length);
  if (step !== undefined && body.input(step) === node && node.type.dtype === 'index') return builder.node(iota, [], { length });
  const constant = repeatedConstant(node);
  if (constant !== undefined) return repeatRows(builder, constantOf(builder, constant, node.type), length);
  const [small] = node.operands;
  if (!isNode(node, broadcast) || small === undefined) return undefined;
  const rows = passedIn(builder, parts, small);
  const axes = [0, ...node.attributes.axes.map((axis) => axis + 1)];
  return rows && broadcastTo(builder, rows, [length, ...node.type.shape], axes);
}

/** Undefined where the sum stays. */
function sumSource(builder: GraphBuilder, { body, invariants, sums, length }: ScanParts, name: string): Source | undefined {
  const node = body.output(name);
  const constant = repeatedConstant(node);
  const each =
    constant === undefined
      ? invariants.find(({ input }) => body.input(input) === node)?.value
      : constantOf(builder, constant, node.type);
  if (each?.type.dtype === 'real') {
    return { kind: 'value', node: constant === 0 ? each : product(builder, each, fill(builder, length, each.type.shape)) };
  }
  const first = sums.find((other) => body.output(other) === node);
  return first === undefined || first === name ? undefined : { kind: 'sum', name: first };
}
