import { Dim } from '../graph/dim.js';
import type { Node } from '../graph/node.js';
import { isNode } from '../graph/node.js';
import { result } from '../ops/result.js';
import { resultLayout, scanParts } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { collapseAxes } from './collapse-axes.js';
import { hasHazard } from './hazard.js';
import type { Kernel, View } from './kernel-program.js';
import { fillView, lowerGraph } from './lower-graph.js';
import type { LoweringContext } from './lower-graph.js';
import { nodeName } from '../graph/node-name.js';
import type { LevelPlan } from './plan-level.js';
import type { OperandSource, Target, Task } from './task.js';
import { rowView, wholeView } from './view.js';

/** A loop whose results have their places; lowered when its operands have theirs. */
export interface ScanLoop {
  lower(outer: readonly string[], sourceView: (source: OperandSource) => View, task: Extract<Task, { kind: 'scan' }>): Kernel[];
}

/** Gives the results of a scan their storage: histories where something reads them, one row of state otherwise. */
export function prepareScan(node: Node<ScanAttributes>, plan: LevelPlan, context: LoweringContext): ScanLoop {
  const { attributes } = node;
  const { graph } = plan.request;
  const { buffers } = context;
  const layout = resultLayout(attributes);
  const parts = scanParts(node, attributes);
  const results = new Map<number, Node>();
  if (node.results.length === 1) results.set(0, node);
  for (const user of graph.users.get(node) ?? []) if (isNode(user, result)) results.set(user.attributes.index, user);
  const place = (index: number, make: () => View): View => {
    const user = results.get(index);
    const known = user === undefined ? undefined : plan.storage.get(user);
    if (known !== undefined) return known;
    const view = make();
    if (user !== undefined) plan.storage.set(user, view);
    return view;
  };
  const typeOf = (index: number): readonly Dim[] => node.results[index]?.shape ?? [];
  const nameOf = (index: number, fallback: string): string => {
    const user = results.get(index);
    return (user === undefined ? undefined : graph.nameOf(user)) ?? fallback;
  };
  const carries = attributes.carries.map(({ input: name }, k) => {
    const shape = typeOf(layout.final(k));
    const historyIndex = layout.history(k);
    const history = results.has(historyIndex)
      ? place(historyIndex, () => wholeView(buffers.make(`${bodyName(attributes, name)}History`, 'scratch', typeOf(historyIndex))))
      : undefined;
    const single = history === undefined ? wholeView(buffers.make(bodyName(attributes, name), 'scratch', shape)) : undefined;
    const last = history === undefined ? single : rowView(history, attributes.reverse ? Dim.zero : attributes.length);
    const final = results.get(layout.final(k));
    if (final !== undefined && last !== undefined) plan.storage.set(final, last);
    return { name, shape, history, single };
  });
  const outputs = attributes.outputs.map((name, k) =>
    place(layout.output(k), () => wholeView(buffers.make(nameOf(layout.output(k), stackedName(attributes, name)), 'scratch', typeOf(layout.output(k))))),
  );
  const sums = attributes.sums.map((name, k) =>
    place(layout.sum(k), () => wholeView(buffers.make(nameOf(layout.sum(k), stackedName(attributes, name)), 'scratch', typeOf(layout.sum(k))))),
  );

  return {
    lower(outer, sourceView, task) {
      const index = freshIndex(outer, context);
      const t = Dim.symbol(index);
      const source = (slot: number): View => {
        const found = task.sources[slot];
        if (found === undefined) throw new Error('a scan lacks an operand');
        return sourceView(found);
      };
      const before: Kernel[] = [];
      const sequences = parts.sequences.map(({ input: name }, k) => ({ name, view: rowView(source(carries.length + k), t) }));
      const invariants = parts.invariants.map(({ input: name }, k) => ({ name, view: source(carries.length + parts.sequences.length + k) }));
      const rowBefore = attributes.reverse ? t.plus(1) : t;
      const rowAfter = attributes.reverse ? t : t.plus(1);
      const previous = carries.map(({ history, single }) => (history === undefined ? present(single) : rowView(history, rowBefore)));
      carries.forEach(({ shape, history, single }, k) => {
        const start = history === undefined ? present(single) : rowView(history, attributes.reverse ? attributes.length : Dim.zero);
        before.push(copyView(source(k), start, shape, [...context.reserved, ...outer]));
      });
      sums.forEach((view, k) => {
        const user = results.get(layout.sum(k));
        if (user !== undefined && plan.accumulated.has(user)) return;
        before.push(fillView(view, typeOf(layout.sum(k)), 0, [...context.reserved, ...outer]));
      });

      const attempt = (separate: ReadonlySet<number>): { body: Kernel[]; hazards: number[]; packs: Kernel[] } => {
        const after: Kernel[] = [];
        const targets = new Map<string, Target[]>();
        const add = (name: string, target: Target): void => {
          targets.set(name, [...(targets.get(name) ?? []), target]);
        };
        attributes.carries.forEach(({ output }, k) => {
          const carry = carries[k];
          const prior = previous[k];
          if (carry === undefined || prior === undefined) return;
          if (carry.history !== undefined) add(output, { view: rowView(carry.history, rowAfter), mode: 'store' });
          else if (!separate.has(k)) add(output, { view: prior, mode: 'store' });
          else {
            const next = wholeView(buffers.make(`${carry.name}Next`, 'scratch', carry.shape));
            add(output, { view: next, mode: 'store' });
            after.push(copyView(next, prior, carry.shape, [...context.reserved, ...outer, index]));
          }
        });
        attributes.outputs.forEach((name, k) => {
          const view = outputs[k];
          if (view !== undefined) add(name, { view: rowView(view, t), mode: 'store' });
        });
        attributes.sums.forEach((name, k) => {
          const view = sums[k];
          if (view !== undefined) add(name, { view, mode: 'accumulate' });
        });
        const inputs = new Map<string, View>();
        carries.forEach(({ name }, k) => {
          const view = previous[k];
          if (view !== undefined) inputs.set(name, view);
        });
        for (const { name, view } of [...sequences, ...invariants]) inputs.set(name, view);
        const constant = new Set(invariants.map(({ view }) => view.buffer));
        const level = lowerGraph(
          {
            graph: attributes.body,
            inputs,
            indices: attributes.step === undefined ? new Map() : new Map([[attributes.step, t]]),
            targets,
            entryOf: () => 0,
          },
          { ...context, entryCount: 1, packParameter: (kernel) => { context.packParameter(kernel, task.entry); } },
          {
            indices: [...outer, index],
            isConstant: (view) => constant.has(view.buffer) && !view.offset.symbols().includes(index),
          },
        );
        const body = [...(level.entries[0] ?? []), ...after];
        const hazards = carries.flatMap(({ history }, k) => {
          const view = previous[k];
          return history === undefined && !separate.has(k) && view !== undefined && hasHazard(body, view.buffer) ? [k] : [];
        });
        return { body, hazards, packs: [...level.hoistedPacks] };
      };
      const mark = buffers.mark();
      let lowered = attempt(new Set());
      if (lowered.hazards.length > 0) {
        const { hazards } = lowered;
        buffers.release(mark);
        context.panels.keepOnly(buffers.all);
        lowered = attempt(new Set(hazards));
      }
      return [
        ...before,
        ...lowered.packs,
        { kind: 'loop', index, count: attributes.length, reverse: attributes.reverse, body: lowered.body },
      ];
    },
  };
}

function freshIndex(outer: readonly string[], context: LoweringContext): string {
  let index = 't';
  for (let n = 2; outer.includes(index) || context.reserved.includes(index); n++) index = `t${String(n)}`;
  return index;
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a carry has no place');
  return value;
}

function bodyName({ body }: ScanAttributes, name: string): string {
  return nodeName(body, body.input(name));
}

function stackedName({ body }: ScanAttributes, name: string): string {
  const node = body.output(name);
  return body.nameOf(node) ?? name.replace(/^(out|next|gradient)\./, '');
}

/** Copies a value from one place to another, element by element. */
export function copyView(from: View, to: View, shape: readonly Dim[], reserved: readonly string[]): Kernel {
  const axes = shape.map((size, axis) => {
    const name = `j${String(axis)}`;
    return { index: reserved.includes(name) ? `${name}_` : name, size };
  });
  const at = (view: View): Dim => axes.reduce((view_, { index }, axis) => view_.plus(Dim.symbol(index).times(view.strides[axis] ?? Dim.zero)), view.offset);
  return collapseAxes({
    kind: 'map',
    axes,
    statements: [
      { kind: 'load', id: 0, name: undefined, address: { buffer: from.buffer, offset: at(from) }, guards: [] },
      { kind: 'store', address: { buffer: to.buffer, offset: at(to) }, value: { kind: 'value', id: 0 }, truth: false },
    ],
  });
}
