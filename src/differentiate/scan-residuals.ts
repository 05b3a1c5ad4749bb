import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import { isNode } from '../graph/node.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { fill } from '../ops/construct.js';
import { input } from '../ops/input.js';
import { result } from '../ops/result.js';
import type { ScanAttributes } from '../ops/scan.js';
import { cotangentInput } from './scan-body.js';
import type { BodyAdjoint } from './scan-body.js';

/** The body of the backward loop, and what the forward loop must keep for it. */
export interface AdjointBody {
  readonly graph: Graph;
  /** The forward body, with what is saved as further outputs. */
  readonly primal: Graph;
  readonly saved: readonly string[];
  /** States before and after the step that are read from a history. */
  readonly previousStates: readonly { readonly carry: string; readonly input: string }[];
  readonly nextStates: readonly { readonly carry: string; readonly input: string }[];
  readonly sequences: readonly string[];
  readonly invariants: readonly string[];
  readonly readsStep: boolean;
  carryOutput(carry: string): string;
  gradientOutput(input: string): string;
}

/**
 * Cuts the joint graph of a step into its primal part and its adjoint part. What the adjoint part reads of the primal
 * part is read from a history where it is a state, passed in again where it is an input, computed again where it depends
 * on no carry or sequence or is only another view of a value, and saved otherwise.
 */
export function extractAdjoint(body: BodyAdjoint, attributes: ScanAttributes): AdjointBody {
  const { joint, gradients } = body;
  const taken = new Set([...joint.inputs.keys(), ...joint.outputs.keys()]);
  const reads = valuesRead(body, attributes).flatMap((node) => readOf(node, joint, attributes, taken) ?? []);
  const { graph, carryOutputs } = adjointGraph(body, attributes, reads, taken);
  const named = (kind: Read['kind']): string[] => reads.flatMap((read) => (read.kind === kind ? [read.name] : []));
  const states = (kind: 'previousState' | 'nextState') =>
    reads.flatMap((read) => (read.kind === kind ? [{ carry: read.carry, input: read.name }] : []));
  const saved = reads.filter(({ kind }) => kind === 'saved').map(({ name, node }) => [name, node] as const);
  const primalOutputs = [...attributes.body.outputs.keys()].map((name) => [name, joint.output(name)] as const);
  return {
    graph,
    primal: trimInputs(joint, attributes.body, new Map([...primalOutputs, ...saved])),
    saved: named('saved'),
    previousStates: states('previousState'),
    nextStates: states('nextState'),
    sequences: named('sequence'),
    invariants: named('invariant'),
    readsStep: named('step').length > 0,
    carryOutput: (carry) => nameIn(carryOutputs, carry),
    gradientOutput: (name) => nameIn(gradients, name),
  };
}

/** A value of the primal part that the adjoint part reads, where it has it from, and what its input is called. */
type Read = { readonly node: Node; readonly name: string } & (
  | { readonly kind: 'sequence' | 'invariant' | 'step' | 'saved' }
  | { readonly kind: 'previousState' | 'nextState'; readonly carry: string }
);

/** The values at which a walk from the gradients towards the inputs reaches the primal part. */
function valuesRead({ joint, gradients }: BodyAdjoint, { body, carries, sequences }: ScanAttributes): Node[] {
  const primalNodes = new Set(joint.reachable([...body.outputs.keys()].map((name) => joint.output(name))));
  const roots = [...gradients.values()].map((name) => joint.output(name));
  const varying = dependOn(joint, roots, new Set([...carries.map((carry) => carry.input), ...sequences]));
  const statesAfter = new Set(carries.map((carry) => joint.output(carry.output)));
  // What an inner loop saves for its own derivative is a result that no primal output reads, of a loop that is primal.
  const isPrimal = (node: Node): boolean =>
    primalNodes.has(node) || (isNode(node, result) && node.operands.some((parent) => primalNodes.has(parent)));
  return frontierOf(roots, (node) =>
    isPrimal(node) && (isNode(node, input) || (varying.has(node) && (statesAfter.has(node) || !isView(node)))),
  );
}

/** Undefined for an input that belongs to the adjoint part alone. */
function readOf(node: Node, joint: Graph, { body, carries, sequences, invariants }: ScanAttributes, taken: Set<string>): Read | undefined {
  if (isNode(node, input)) {
    const { name } = node.attributes;
    if (!body.inputs.has(name)) return undefined;
    if (carries.some((carry) => carry.input === name)) return { kind: 'previousState', node, name, carry: name };
    if (sequences.includes(name)) return { kind: 'sequence', node, name };
    return { kind: invariants.includes(name) ? 'invariant' : 'step', node, name };
  }
  // Of two carries with one next value either history has it.
  const carry = new Map(carries.map((each) => [joint.output(each.output), each.input])).get(node);
  if (carry !== undefined) return { kind: 'nextState', node, name: freshName(taken, `${carry}.next`), carry };
  return { kind: 'saved', node, name: freshName(taken, joint.nameOf(node) ?? 'saved') };
}

/** The adjoint part: what it reads has become inputs, its outputs are the gradients. */
function adjointGraph(
  adjoint: BodyAdjoint,
  { body }: ScanAttributes,
  reads: readonly Read[],
  taken: Set<string>,
): { graph: Graph; carryOutputs: ReadonlyMap<string, string> } {
  const { joint, gradients, activeCarries } = adjoint;
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(joint, builder);
  const declare = (name: string, node: Node): void => {
    const own = builder.declareInput(name, builder.node(input, [], { name, type: node.type }));
    rebuilder.replace(node, own);
    const alias = joint.nameOf(node);
    if (alias !== undefined) builder.name(own, alias);
  };
  // The adjoint inputs come first, also those that the adjoint part happens not to read.
  for (const [name, node] of joint.inputs) if (!body.inputs.has(name)) declare(name, node);
  for (const { name, node } of reads) declare(name, node);
  const outputs = new Map<string, Node>();
  for (const name of gradients.values()) outputs.set(name, rebuilder.map(joint.output(name)));
  // An adjoint carry that nothing feeds is zero after one step.
  const carryOutputs = new Map(
    activeCarries.map((carry) => {
      const name = gradients.get(carry) ?? freshName(taken, `gradient.${carry}`);
      if (!outputs.has(name)) outputs.set(name, fill(builder, 0, joint.input(cotangentInput(adjoint, 'carry', carry)).type.shape));
      return [carry, name];
    }),
  );
  return { graph: builder.finish(outputs), carryOutputs };
}

function nameIn(names: ReadonlyMap<string, string>, key: string): string {
  const name = names.get(key);
  if (name === undefined) throw new Error(`'${key}' has no gradient`);
  return name;
}

/** Another arrangement of a value, cheaper to make again than to keep. */
function isView(node: Node): boolean {
  const [parent] = node.operands;
  if (isNode(node, result)) return parent?.op.lowering.kind === 'split';
  const { kind } = node.op.lowering;
  return kind === 'read' || kind === 'reshape' || kind === 'split' || kind === 'constant' || kind === 'iota';
}

function dependOn(graph: Graph, roots: readonly Node[], inputs: ReadonlySet<string>): Set<Node> {
  const found = new Set<Node>();
  for (const node of graph.reachable(roots)) {
    const own = isNode(node, input) && inputs.has(node.attributes.name);
    if (own || node.operands.some((operand) => found.has(operand))) found.add(node);
  }
  return found;
}

/** The nodes at which a walk from the roots towards the inputs stops, in order of creation. */
function frontierOf(roots: readonly Node[], stops: (node: Node) => boolean): Node[] {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (stops(node) || node.operands.length === 0) found.add(node);
    else stack.push(...node.operands);
  }
  return [...found].filter((node) => isNode(node, input) || stops(node)).sort((a, b) => a.index - b.index);
}

/** The primal part alone: its inputs are those of the step, without the cotangents. */
function trimInputs(joint: Graph, body: Graph, outputs: ReadonlyMap<string, Node>): Graph {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(joint, builder);
  for (const name of body.inputs.keys()) rebuilder.map(joint.input(name));
  return builder.finish(new Map([...outputs].map(([name, node]) => [name, rebuilder.map(node)])));
}
