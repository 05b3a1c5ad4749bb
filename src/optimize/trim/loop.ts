import { Dim } from '../../graph/dim.js';
import { GraphBuilder } from '../../graph/graph.js';
import type { Graph } from '../../graph/graph.js';
import type { Node, ValueType } from '../../graph/node.js';
import { Rebuilder } from '../../graph/rebuild.js';
import { broadcastTo } from '../../ops/construct.js';
import { input } from '../../ops/input.js';
import { addScan } from '../../ops/scan.js';
import type { ScanParts, ScanResultRole } from '../../ops/scan.js';
import { slice } from '../../ops/slice.js';
import { constantOf } from '../rules/match.js';

/** Where a result of a loop comes from, by name, so that dropping a carry or an output shifts nothing. */
export type Source =
  | { readonly kind: 'final' | 'history'; readonly carry: string }
  /** The states before the steps, or those after them, `[T, …]`: a part of a history. */
  | { readonly kind: 'previous' | 'next'; readonly carry: string }
  | { readonly kind: 'output' | 'sum'; readonly name: string }
  /** A value from outside the loop. */
  | { readonly kind: 'value'; readonly node: Node };

/** A loop while it is trimmed. */
export interface Loop {
  readonly parts: ScanParts;
  /** One per result that the loop had at first; undefined where nobody reads it. */
  readonly sources: readonly (Source | undefined)[];
}

export function sourceOf(role: ScanResultRole, { carries, outputs, sums }: ScanParts): Source {
  switch (role.kind) {
    case 'final':
    case 'history':
      return { kind: role.kind, carry: nameAt(carries.map((carry) => carry.input), role.index) };
    case 'output':
      return { kind: 'output', name: nameAt(outputs, role.index) };
    case 'sum':
      return { kind: 'sum', name: nameAt(sums, role.index) };
  }
}

function nameAt(names: readonly string[], index: number): string {
  const name = names[index];
  if (name === undefined) throw new Error(`a scan has no result ${String(index)} of its kind`);
  return name;
}

/** The same loop where no source changes. */
export function mapSources(loop: Loop, change: (source: Source) => Source): Loop {
  const sources = loop.sources.map((source) => source && change(source));
  return sources.every((source, k) => source === loop.sources[k]) ? loop : { ...loop, sources };
}

/** The same value in each of `length` rows. */
export function repeatRows(builder: GraphBuilder, value: Node, length: Dim): Node {
  const { shape } = value.type;
  return broadcastTo(builder, value, [length, ...shape], shape.map((_, axis) => axis + 1));
}

/** Adds what is left of a loop, and gives its results as at first. */
export function addLoop(builder: GraphBuilder, { parts, sources }: Loop): (Node | undefined)[] {
  const empty = parts.carries.length + parts.outputs.length + parts.sums.length === 0;
  const loop = empty ? undefined : addScan(builder, parts);
  const carryAt = (name: string): number => parts.carries.findIndex((carry) => carry.input === name);
  const resolve = (source: Source): Node | undefined => {
    switch (source.kind) {
      case 'value':
        return source.node;
      case 'final':
        return loop?.final(carryAt(source.carry));
      case 'history':
        return loop?.history(carryAt(source.carry));
      case 'output':
        return loop?.output(parts.outputs.indexOf(source.name));
      case 'sum':
        return loop?.sum(parts.sums.indexOf(source.name));
      default: {
        const history = loop?.history(carryAt(source.carry));
        const start = (source.kind === 'next') === parts.reverse ? Dim.zero : Dim.one;
        return history && builder.node(slice, [history], { axis: 0, start, length: parts.length });
      }
    }
  };
  return sources.map((source) => source && resolve(source));
}

/** What takes the place of an input of a body. */
export type InputChange =
  | { readonly kind: 'constant'; readonly value: number | Dim }
  | { readonly kind: 'sameAs'; readonly name: string }
  /** The input becomes smaller, and is repeated inside. */
  | { readonly kind: 'repeated'; readonly type: ValueType; readonly axes: readonly number[] };

/** The body with some inputs replaced; those that are constant or the same as another one are inputs no more. */
export function changeInputs(body: Graph, changes: ReadonlyMap<string, InputChange>): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const [name, node] of body.inputs) {
    const change = changes.get(name);
    if (change === undefined) rebuilder.map(node);
    else if (change.kind === 'constant') rebuilder.replace(node, constantOf(builder, change.value, node.type));
    else if (change.kind === 'repeated') {
      const own = builder.declareInput(name, builder.node(input, [], { name, type: change.type }));
      for (const alias of body.names.get(node) ?? []) builder.name(own, alias);
      rebuilder.replace(node, broadcastTo(builder, own, node.type.shape, change.axes));
    }
  }
  for (const [name, change] of changes) {
    if (change.kind === 'sameAs') rebuilder.replace(body.input(name), rebuilder.map(body.input(change.name)));
  }
  return builder.finish(new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}
