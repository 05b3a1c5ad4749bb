import { freshName } from '../graph/fresh-name.js';
import { GraphBuilder } from '../graph/graph.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { Rebuilder } from '../graph/rebuild.js';
import { fill } from '../ops/construct.js';
import { input } from '../ops/input.js';
import type { JvpContext } from '../ops/op.js';
import { addScan, scanParts } from '../ops/scan.js';
import type { ScanAttributes } from '../ops/scan.js';
import { carriesMadeByBranches } from './branches.js';
import { pushforward } from './forward.js';
import { ReplacementLog } from './replacement-log.js';
import { hasSingularOps, singularInputs } from './singularities.js';

/**
 * The forward derivative of a loop is one loop that carries states and their tangents side by side:
 *
 *     ṡ_{t+1} = ∂F/∂s · ṡ_t + ∂F/∂x · ẋ_t + ∂F/∂p · ṗ
 *
 * A carry has a tangent as soon as its next value has one: a fixpoint.
 */
export function scanJvp(context: JvpContext, attributes: ScanAttributes): readonly (Node | undefined)[] {
  const { builder, node } = context;
  const parts = scanParts(node, attributes);
  const tangent = (slot: number): Node | undefined => context.tangents[slot];
  const offset = parts.carries.length;
  const sequences = parts.sequences.flatMap(({ input: name }, k) => withTangent(name, tangent(offset + k)));
  const invariants = parts.invariants.flatMap(({ input: name }, k) =>
    withTangent(name, tangent(offset + parts.sequences.length + k)),
  );
  const fixed = [...sequences, ...invariants].map(({ name }) => name);
  // A tangent that comes from an earlier step may be infinite as soon as anything in a step is.
  const { isSingular } = context;
  const singularTangents = hasSingularOps(attributes.body) || context.tangents.some((each) => each && isSingular(each));
  const surroundings = {
    singular: singularInputs(attributes, node.operands.map(isSingular)),
    singularTangents,
    fromBranch: context.fromBranch ? [...attributes.body.inputs.keys()] : carriesMadeByBranches(attributes).map((carry) => carry.input),
  };
  let active = new Set(parts.carries.flatMap(({ input: name }, k) => (tangent(k) ? [name] : [])));
  let body: TangentBody;
  for (;;) {
    body = differentiate(attributes.body, [...active, ...fixed], surroundings);
    const { tangentOutput } = body;
    const next = parts.carries.filter(({ input: name, output }) => active.has(name) || tangentOutput.has(output));
    if (next.length === active.size) break;
    active = new Set(next.map((carry) => carry.input));
  }
  const { graph, tangentInput, tangentOutput } = completeCarries(body, parts.carries.filter((carry) => active.has(carry.input)));
  const inputOf = (name: string): string => tangentInput.get(name) ?? name;
  const tangentsOf = (names: readonly string[]): string[] => names.flatMap((name) => tangentOutput.get(name) ?? []);
  const carries = parts.carries.flatMap((carry, k) => {
    const output = tangentOutput.get(carry.output);
    if (!active.has(carry.input) || output === undefined) return [];
    return [{ input: inputOf(carry.input), output, initial: tangent(k) ?? fill(builder, 0, carry.initial.type.shape) }];
  });
  const outputs = tangentsOf(parts.outputs);
  const sums = tangentsOf(parts.sums);
  const loop = addScan(builder, {
    ...parts,
    body: graph,
    carries: [...parts.carries, ...carries],
    sequences: [...parts.sequences, ...sequences.map(({ name, value }) => ({ input: inputOf(name), value }))],
    invariants: [...parts.invariants, ...invariants.map(({ name, value }) => ({ input: inputOf(name), value }))],
    outputs: [...parts.outputs, ...outputs],
    sums: [...parts.sums, ...sums],
  });
  context.replace([
    ...parts.carries.map((_, k) => loop.final(k)),
    ...parts.carries.map((_, k) => loop.history(k)),
    ...parts.outputs.map((_, k) => loop.output(k)),
    ...parts.sums.map((_, k) => loop.sum(k)),
  ]);
  const at = (list: readonly string[], name: string | undefined): number | undefined => {
    const index = name === undefined ? -1 : list.indexOf(name);
    return index < 0 ? undefined : index;
  };
  const carryAt = (name: string): number | undefined => at(carries.map((carry) => carry.input), tangentInput.get(name));
  const pick = (index: number | undefined, read: (index: number) => Node): Node | undefined =>
    index === undefined ? undefined : read(index);
  return [
    ...parts.carries.map(({ input: name }) => pick(carryAt(name), (k) => loop.final(offset + k))),
    ...parts.carries.map(({ input: name }) => pick(carryAt(name), (k) => loop.history(offset + k))),
    ...parts.outputs.map((name) => pick(at(outputs, tangentOutput.get(name)), (k) => loop.output(parts.outputs.length + k))),
    ...parts.sums.map((name) => pick(at(sums, tangentOutput.get(name)), (k) => loop.sum(parts.sums.length + k))),
  ];
}

function withTangent(name: string, value: Node | undefined): { name: string; value: Node }[] {
  return value === undefined ? [] : [{ name, value }];
}

interface TangentBody {
  readonly graph: Graph;
  readonly tangentInput: ReadonlyMap<string, string>;
  readonly tangentOutput: ReadonlyMap<string, string>;
}

interface StepSurroundings {
  /** Inputs of the step that may be infinite or NaN. */
  readonly singular: ReadonlySet<string>;
  /** Whether tangents of inputs may be. */
  readonly singularTangents: boolean;
  /** Inputs of the step that may be zeros, or have tangents that are, which a branch has left. */
  readonly fromBranch: readonly string[];
}

function differentiate(body: Graph, varied: readonly string[], { singular, singularTangents, fromBranch }: StepSurroundings): TangentBody {
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(body, builder);
  for (const node of body.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...body.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const taken = new Set([...body.inputs.keys(), ...body.outputs.keys()]);
  const tangentInput = new Map<string, string>();
  const seeds = varied.map((name) => {
    const node = rebuilder.map(body.input(name));
    const own = freshName(taken, `tangent.${name}`);
    tangentInput.set(name, own);
    return { node, tangent: builder.declareInput(own, builder.node(input, [], { name: own, type: node.type })) };
  });
  const log = new ReplacementLog();
  const assumed = [...singular].map((name) => rebuilder.map(body.input(name)));
  const found = pushforward(builder, seeds, [...outputs.values()], log, {
    singular: singularTangents ? [...assumed, ...seeds.map(({ tangent }) => tangent)] : assumed,
    fromBranch: fromBranch.map((name) => rebuilder.map(body.input(name))),
  });
  const tangentOutput = new Map<string, string>();
  for (const [name, node] of [...outputs]) {
    const own = found.get(node);
    if (own === undefined) continue;
    const output = freshName(taken, `tangent.${name}`);
    tangentOutput.set(name, output);
    outputs.set(output, own);
  }
  return { graph: log.apply(builder.finish(outputs)), tangentInput, tangentOutput };
}

/** A carry that has a tangent at first, but whose next value has none, gets a zero one. */
function completeCarries({ graph, tangentInput, tangentOutput }: TangentBody, carries: ScanAttributes['carries']): TangentBody {
  const missing = carries.filter(({ output }) => !tangentOutput.has(output));
  if (missing.length === 0) return { graph, tangentInput, tangentOutput };
  const builder = new GraphBuilder();
  const rebuilder = new Rebuilder(graph, builder);
  for (const node of graph.inputs.values()) rebuilder.map(node);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, rebuilder.map(node)]));
  const taken = new Set([...graph.inputs.keys(), ...outputs.keys()]);
  const names = new Map(tangentOutput);
  for (const { output } of missing) {
    const name = freshName(taken, `tangent.${output}`);
    names.set(output, name);
    outputs.set(name, fill(builder, 0, graph.output(output).type.shape));
  }
  return { graph: builder.finish(outputs), tangentInput, tangentOutput: names };
}
