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
  const { joint, gradients, activeCarries } = body;
  const primalOutputs = new Map([...attributes.body.outputs.keys()].map((name) => [name, joint.output(name)]));
  const primalNodes = new Set(joint.reachable(primalOutputs.values()));
  const roots = [...gradients.values()].map((name) => joint.output(name));
  const perStep = new Set([...attributes.carries.map((carry) => carry.input), ...attributes.sequences]);
  const varying = dependOn(joint, roots, perStep);
  const stateAfter = new Map(attributes.carries.map((carry) => [joint.output(carry.output), carry.input]));
  // What an inner loop saves for its own derivative is a result that no primal output reads, of a loop that is primal.
  const isPrimal = (node: Node): boolean =>
    primalNodes.has(node) || (isNode(node, result) && node.operands.some((parent) => primalNodes.has(parent)));
  const cut = (node: Node): boolean =>
    isPrimal(node) && (isNode(node, input) || (varying.has(node) && (stateAfter.has(node) || !isView(node))));
  const frontier = frontierOf(roots, cut);

  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(joint, builder);
  const taken = new Set([...joint.inputs.keys(), ...joint.outputs.keys()]);
  const declare = (name: string, node: Node): void => {
    const own = builder.declareInput(name, builder.node(input, [], { name, type: node.type }));
    rebuilder.replace(node, own);
    const alias = joint.nameOf(node);
    if (alias !== undefined) builder.name(own, alias);
  };
  // The adjoint inputs come first, also those that the adjoint part happens not to read.
  for (const name of joint.inputs.keys()) {
    if (!attributes.body.inputs.has(name)) declare(name, joint.input(name));
  }
  const previousStates: { carry: string; input: string }[] = [];
  const nextStates: { carry: string; input: string }[] = [];
  const sequences: string[] = [];
  const invariants: string[] = [];
  const saved = new Map<string, Node>();
  let readsStep = false;
  for (const node of frontier) {
    if (isNode(node, input)) {
      const { name } = node.attributes;
      if (!attributes.body.inputs.has(name)) continue;
      declare(name, node);
      if (attributes.carries.some((carry) => carry.input === name)) previousStates.push({ carry: name, input: name });
      else if (attributes.sequences.includes(name)) sequences.push(name);
      else if (attributes.invariants.includes(name)) invariants.push(name);
      else readsStep = true;
      continue;
    }
    const carry = stateAfter.get(node);
    const name = freshName(taken, carry === undefined ? (joint.nameOf(node) ?? 'saved') : `${carry}.next`);
    declare(name, node);
    if (carry === undefined) saved.set(name, node);
    else nextStates.push({ carry, input: name });
  }
  const outputs = new Map<string, Node>();
  for (const name of gradients.values()) outputs.set(name, rebuilder.map(joint.output(name)));
  // An adjoint carry that nothing feeds is zero after one step.
  const carryOutputs = new Map(
    activeCarries.map((carry) => {
      const name = gradients.get(carry) ?? freshName(taken, `gradient.${carry}`);
      if (!outputs.has(name)) outputs.set(name, fill(builder, 0, joint.input(cotangentInput(body, 'carry', carry)).type.shape));
      return [carry, name];
    }),
  );
  const nameIn = (names: ReadonlyMap<string, string>, key: string): string => {
    const name = names.get(key);
    if (name === undefined) throw new Error(`'${key}' has no gradient`);
    return name;
  };
  return {
    graph: builder.finish(outputs),
    primal: trimInputs(joint, attributes.body, new Map([...primalOutputs, ...saved])),
    saved: [...saved.keys()],
    previousStates,
    nextStates,
    sequences,
    invariants,
    readsStep,
    carryOutput: (carry) => nameIn(carryOutputs, carry),
    gradientOutput: (name) => nameIn(gradients, name),
  };
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
