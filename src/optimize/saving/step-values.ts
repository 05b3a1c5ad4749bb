import { Dim } from '../../graph/dim.js';
import type { Graph, GraphBuilder } from '../../graph/graph.js';
import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { input } from '../../ops/input.js';
import { result } from '../../ops/result.js';
import { resultLayout, scan, scanParts } from '../../ops/scan.js';
import type { ScanAttributes, ScanParts, ScanResults } from '../../ops/scan.js';
import { slice } from '../../ops/slice.js';

/** Where the values of a loop's step are found outside of the loop, those of all steps together. */
export class StepValues {
  readonly parts: ScanParts;
  /** By the value outside, `[T, …]`, that of the step. */
  readonly #overSteps = new Map<Node, Node>();
  /** By a stacked output outside, the value of the step. */
  readonly #outputs = new Map<Node, Node>();
  readonly #invariants = new Map<Node, Node>();
  readonly #storedStates = new Set<Node>();

  constructor(
    readonly graph: Graph,
    readonly loop: Node<ScanAttributes>,
  ) {
    this.parts = scanParts(loop, loop.attributes);
    const { body, carries, sequences, invariants, outputs, length, reverse } = this.parts;
    for (const { input: name, value } of sequences) this.#overSteps.set(value, body.input(name));
    for (const { input: name, value } of invariants) this.#invariants.set(value, body.input(name));
    for (const [index, { kind, index: k }] of resultLayout(loop.attributes).roles.entries()) {
      const outside = resultNode(graph, loop, index);
      if (outside === undefined) continue;
      if (kind === 'output') {
        const own = body.output(outputs[k] ?? '');
        this.#outputs.set(outside, own);
        this.#overSteps.set(outside, own);
      }
      const carry = kind === 'history' ? carries[k] : undefined;
      if (carry === undefined) continue;
      const [previous, next] = [body.input(carry.input), body.output(carry.output)];
      this.#storedStates.add(previous).add(next);
      const [first, second] = reverse ? [next, previous] : [previous, next];
      for (const user of graph.users.get(outside) ?? []) {
        if (!isNode(user, slice) || user.attributes.axis !== 0 || !user.attributes.length.equals(length)) continue;
        if (user.attributes.start.equals(Dim.zero)) this.#overSteps.set(user, first);
        if (user.attributes.start.equals(Dim.one)) this.#overSteps.set(user, second);
      }
    }
  }

  /** The loops that read stacked outputs of this one step by step. */
  laterLoops(): readonly Node<ScanAttributes>[] {
    const users = [...this.#outputs.keys()].flatMap((outside) => this.graph.users.get(outside) ?? []);
    return [...new Set(users)].filter(
      (user): user is Node<ScanAttributes> => isNode(user, scan) && user.attributes.length.equals(this.parts.length),
    );
  }

  /** What a later loop reads of the values of this step, by its own names. */
  readBy(later: Node<ScanAttributes>): ReadonlyMap<string, Node> {
    const { sequences, invariants, step } = scanParts(later, later.attributes);
    const own = this.parts.step === undefined ? undefined : this.parts.body.input(this.parts.step);
    return new Map([
      ...sequences.flatMap(({ input: name, value }) => pair(name, this.#overSteps.get(value))),
      ...invariants.flatMap(({ input: name, value }) => pair(name, this.#invariants.get(value))),
      ...(step === undefined ? [] : pair(step, own)),
    ]);
  }

  /** Whether a later loop has an input from a stacked output of this one. */
  isOutput(value: Node): boolean {
    return [...this.#outputs.values()].includes(value);
  }

  /** Whether the values of all steps lie in memory, whatever `readers` read step by step. */
  isStored(value: Node, readers: readonly Node<ScanAttributes>[]): boolean {
    const { body, sequences } = this.parts;
    if (this.#storedStates.has(value)) return true;
    const sequence = sequences.find(({ input: name }) => body.input(name) === value)?.value;
    if (sequence !== undefined) return isNode(sequence, input) || this.#isReadBesides(sequence, [...readers, this.loop]);
    if (isNode(value, input)) return true;
    return [...this.#outputs].some(([outside, own]) => own === value && this.#isReadBesides(outside, readers));
  }

  #isReadBesides(outside: Node, readers: readonly Node<ScanAttributes>[]): boolean {
    const stepByStep = (user: Node): boolean => {
      const reader = readers.find((each) => each === user);
      if (reader === undefined) return false;
      const { carries, sequences } = reader.attributes;
      return reader.operands.every((operand, slot) => operand !== outside || (slot >= carries.length && slot < carries.length + sequences.length));
    };
    return [...this.graph.outputs.values()].includes(outside) || (this.graph.users.get(outside) ?? []).some((user) => !stepByStep(user));
  }
}

/** The node that reads a result, if any does. */
function resultNode(graph: Graph, node: Node, index: number): Node | undefined {
  if (node.results.length === 1) return node;
  return (graph.users.get(node) ?? []).find((user) => isNode(user, result) && user.attributes.index === index);
}

function pair(name: string, value: Node | undefined): readonly (readonly [string, Node])[] {
  return value === undefined ? [] : [[name, value]];
}

/** How a later loop is given a value of an earlier one's step. */
export type Given = { readonly kind: 'sequence' | 'invariant'; readonly value: Node } | { readonly kind: 'step' };

/** `results` are those of the loop with these parts, in the graph that is being built. */
export function giveValue(builder: GraphBuilder, parts: ScanParts, results: ScanResults, value: Node): Given {
  const { body, carries, sequences, invariants, outputs, length, reverse } = parts;
  const isInput = ({ input: name }: { readonly input: string }): boolean => body.input(name) === value;
  const sequence = sequences.find(isInput);
  if (sequence !== undefined) return { kind: 'sequence', value: sequence.value };
  const invariant = invariants.find(isInput);
  if (invariant !== undefined) return { kind: 'invariant', value: invariant.value };
  const rows = (carry: number, start: Dim): Given => ({
    kind: 'sequence',
    value: builder.node(slice, [results.history(carry)], { axis: 0, start, length }),
  });
  const previous = carries.findIndex(isInput);
  if (previous >= 0) return rows(previous, reverse ? Dim.one : Dim.zero);
  const next = carries.findIndex(({ output }) => body.output(output) === value);
  if (next >= 0) return rows(next, reverse ? Dim.zero : Dim.one);
  const output = outputs.findIndex((name) => body.output(name) === value);
  if (output >= 0) return { kind: 'sequence', value: results.output(output) };
  return { kind: 'step' };
}
