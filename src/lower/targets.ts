import { Dim } from '../graph/dim.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { result } from '../ops/result.js';
import { resultLayout, scan } from '../ops/scan.js';
import type { BufferFactory } from './buffers.js';
import type { Classification } from './classify.js';
import type { View } from './kernel-program.js';
import { productFits } from './product-kernel.js';
import type { Target } from './task.js';
import { isRowMajor, partView, sameView, unitReshapedView, wholeView } from './view.js';

/** A value that has to be brought to a place where it is not computed. */
export interface PlannedCopy {
  readonly node: Node;
  readonly target: Target;
  /** The concat that the copy is a part of. */
  readonly concat: Node | undefined;
}

export interface Placement {
  readonly storage: Map<Node, View>;
  /** Values that are added to what lies at their place. */
  readonly accumulated: ReadonlySet<Node>;
  readonly copies: readonly PlannedCopy[];
}

/**
 * Places values that have to lie somewhere: outputs at their targets, the parts of a concat side by side, the parts of a
 * split with targets in a row as one whole. Users are placed before what they read, so that a part lies at its final
 * place from the start.
 */
export function placeTargets(
  graph: Graph,
  { kinds, sums, joined: lying }: Classification,
  targets: ReadonlyMap<string, readonly Target[]>,
  inputs: ReadonlyMap<Node, View>,
  buffers: BufferFactory,
): Placement {
  const storage = new Map([...inputs, ...lying]);
  const accumulated = new Set<Node>();
  const copies: PlannedCopy[] = [];
  const pending = new Map<Node, readonly Target[]>();
  for (const [name, own] of targets) {
    const node = graph.output(name);
    pending.set(node, [...(pending.get(node) ?? []), ...own]);
  }
  /** What passes its targets on to its operands: it reads these for nothing else. */
  const passedOn = joinSplits(graph, pending);
  const passOn = (node: Node, target: Target): void => {
    pending.set(node, [...(pending.get(node) ?? []), target]);
  };

  const settle = (node: Node, { view, mode }: Target, reader?: Node): boolean => {
    const kind = kinds.get(node);
    if (storage.has(node) || kind === undefined || kind === 'inline' || kind === 'absorbed') return false;
    const isScan = kind === 'scan';
    if (isScan && (!isStackedOrSum(node) || !isRowMajor(view, node.type.shape))) return false;
    if (isScan && (mode === 'accumulate') !== isScanSum(node)) return false;
    if (kind === 'product' && !productFits(sums.get(node), view)) return false;
    if (mode === 'accumulate') {
      const { lowering } = node.op;
      const addsUp =
        kind !== 'scalar' &&
        (lowering.kind !== 'reduce' || lowering.combine === 'sum') &&
        (kind !== 'product' || sums.get(node)?.bias === undefined);
      // A value that is added to something can't be read on its own.
      const readers = (graph.users.get(node) ?? []).filter((user) => !passedOn.has(user) && user !== reader);
      const asOutput = [...graph.outputs.values()].filter((output) => output === node).length;
      if (!addsUp || readers.length > 0 || asOutput > (reader === undefined ? 1 : 0)) return false;
      accumulated.add(node);
    }
    storage.set(node, view);
    return true;
  };
  const parts = (node: Node, whole: View): { operand: Node; view: View }[] => {
    const { lowering } = node.op;
    if (lowering.kind !== 'concat') return [];
    const axis = lowering.axis(node.attributes);
    let start = Dim.zero;
    return node.operands.map((operand) => {
      const view = partView(whole, axis, start);
      start = start.plus(operand.type.shape[axis] ?? Dim.zero);
      return { operand, view };
    });
  };
  for (const node of [...graph.nodes].reverse()) {
    const own = pending.get(node) ?? [];
    const reshaped = kinds.get(node) === 'inline' ? withoutUnitAxes(node, own) : undefined;
    if (reshaped !== undefined) {
      if (graph.users.get(node)?.length === 0) passedOn.add(node);
      for (const target of reshaped.targets) passOn(reshaped.operand, target);
      continue;
    }
    for (const target of own) {
      // A value that is added to one place can't be read off there for the others.
      const alone = target.mode === 'store' || own.length === 1;
      if (target.mode === 'store' && sameView(storage.get(node), target.view)) continue;
      if (alone && settle(node, target)) continue;
      // Parts that are computed element by element are brought there by the maps that compute them.
      if (kinds.get(node) === 'concat' && node.operands.every((operand) => kinds.get(operand) === 'scalar')) {
        for (const { operand, view } of parts(node, target.view)) passOn(operand, { ...target, view });
      } else copies.push({ node, target, concat: undefined });
    }
    if (kinds.get(node) !== 'concat') continue;
    const whole = storage.get(node) ?? wholeView(buffers.make(graph.nameOf(node) ?? 'joined', 'scratch', node.type.shape));
    storage.set(node, whole);
    for (const { operand, view } of parts(node, whole)) {
      const target: Target = { view, mode: accumulated.has(node) ? 'accumulate' : 'store' };
      if (!settle(operand, target, node)) copies.push({ node: operand, target, concat: node });
    }
  }
  return { storage, accumulated, copies };
}

/** Moves the targets of the parts of a split to its operand, where they lie one behind the other. Gives these splits. */
function joinSplits(graph: Graph, pending: Map<Node, readonly Target[]>): Set<Node> {
  const joined = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    const { lowering } = node.op;
    const [operand] = node.operands;
    if (lowering.kind !== 'split' || operand === undefined) continue;
    const users = graph.users.get(node) ?? [];
    const { axis, starts } = lowering.starts(node.attributes);
    const parts = starts.map((start, index) => {
      const part = users.find((user) => isNode(user, result) && user.attributes.index === index);
      const own = part === undefined ? [] : (pending.get(part) ?? []);
      return { part, target: own.length === 1 ? own[0] : undefined, start };
    });
    const first = parts[0]?.target;
    if (first === undefined) continue;
    const inRow = parts.every(
      ({ part, target, start }) =>
        part !== undefined &&
        target?.mode === first.mode &&
        target.view.buffer === first.view.buffer &&
        target.view.offset.equals(partView(first.view, axis, start).offset) &&
        target.view.strides.every((stride, k) => stride.equals(first.view.strides[k] ?? Dim.zero)) &&
        (first.mode === 'store' || graph.users.get(part)?.length === 0),
    );
    if (!inRow) continue;
    for (const { part } of parts) if (part !== undefined) pending.delete(part);
    pending.set(operand, [...(pending.get(operand) ?? []), first]);
    joined.add(node);
  }
  return joined;
}

/** The targets of a value that only drops or adds axes of size 1, as its operand's: it is computed there in the first place. */
function withoutUnitAxes(node: Node, targets: readonly Target[]): { readonly operand: Node; readonly targets: readonly Target[] } | undefined {
  const [operand] = node.operands;
  if (operand === undefined || node.op.lowering.kind !== 'reshape' || targets.length === 0) return undefined;
  const { shape } = operand.type;
  const moved = targets.flatMap((target) => {
    const view = unitReshapedView(target.view, node.type.shape, shape);
    return view === undefined ? [] : [{ ...target, view }];
  });
  return moved.length === targets.length ? { operand, targets: moved } : undefined;
}

function scanRole(node: Node): 'final' | 'history' | 'output' | 'sum' | undefined {
  const loop = isNode(node, result) ? node.operands[0] : node;
  if (loop === undefined || !isNode(loop, scan)) return undefined;
  return resultLayout(loop.attributes).roles[isNode(node, result) ? node.attributes.index : 0]?.kind;
}

function isScanSum(node: Node): boolean {
  return scanRole(node) === 'sum';
}

function isStackedOrSum(node: Node): boolean {
  const role = scanRole(node);
  return role === 'output' || role === 'sum';
}
